// Activation reorders and matrix products.

#include "check_support.h"

static void check_reorder(
  tensor_shape s, shim_type from_type, shim_layout from, shim_type to_type, shim_layout to
) {
  shim_reorder reorder;
  int status = shim_activation_reorder_create(
    engine, s.n, s.c, s.h, s.w, from_type, from, to_type, to, &reorder);
  CHECK(status == SHIM_SUCCESS, "an activation reorder is created: %s", shim_status_name(status));
  if (status != SHIM_SUCCESS) return;
  buffer source = buffer_make(reorder.source_bytes), destination = buffer_make(reorder.destination_bytes);
  size_t from_size = from_type == SHIM_F32 ? 4 : 2, to_size = to_type == SHIM_F32 ? 4 : 2;
  CHECK(reorder.source_bytes == from_size * (size_t)stored_count(s, from), "the source's size is as stored");
  CHECK(reorder.destination_bytes == to_size * (size_t)stored_count(s, to), "the copy's size is as stored");

  float *values = numbers_make(plain_count(s)), *found = numbers_make(plain_count(s));
  store(values, s, from_type, from, &source);
  status = shim_reorder_run(&reorder, stream, source.data, destination.data);
  CHECK(status == SHIM_SUCCESS, "an activation reorder runs: %s", shim_status_name(status));
  bool padding_is_zero = load(&destination, s, to_type, to, found);
  CHECK(padding_is_zero, "a copy of %lld channels has zero padding", (long long)s.c);
  // The values are exact in both types, so the copy is too.
  bool equal = memcmp(values, found, sizeof(float) * (size_t)plain_count(s)) == 0;
  CHECK(equal, "a copy of %lld channels is exact", (long long)s.c);
  free(values);
  free(found);
  buffer_free(&source, "reorder's source");
  buffer_free(&destination, "reorder's destination");
  shim_reorder_destroy(&reorder);
  shim_reorder_destroy(&reorder);
}

void check_activation_reorders(void) {
  static const int channels[] = {1, 3, 8, 10, 16, 17, 24, 32};
  for (size_t i = 0; i < sizeof channels / sizeof *channels; ++i) {
    tensor_shape s = {3, channels[i], 5, 7};
    for (int which = 0; which < 16; ++which) {
      check_reorder(s, (shim_type)(which & 1), (shim_layout)(which >> 1 & 1), (shim_type)(which >> 2 & 1),
                    (shim_layout)(which >> 3 & 1));
    }
  }
}

// Compares c with op(a) op(b) + bias + added, the positive part of it if `relu`.
static void compare_product(
  const char *name, const shim_matmul *p, const float *a, const float *b, const float *bias,
  const float *added, const float *found
) {
  bool agrees = true;
  for (int64_t i = 0; i < p->m; ++i)
    for (int64_t j = 0; j < p->n; ++j) {
      double value = 0, magnitude = 0;
      for (int64_t l = 0; l < p->k; ++l) {
        double left = a[p->source_transposed ? l * p->m + i : i * p->k + l];
        double right = b[p->weights_transposed ? j * p->k + l : l * p->n + j];
        value += left * right;
        magnitude += fabs(left * right);
      }
      double rest[2] = {p->with_bias ? bias[j] : 0, p->sum_into_destination ? added[i * p->n + j] : 0};
      for (int r = 0; r < 2; ++r) value += rest[r], magnitude += fabs(rest[r]);
      if (p->relu && value < 0) value = 0;
      double limit = bound(p->k + 2, magnitude, value, p->result_type);
      agrees = agrees && fabs(found[i * p->n + j] - value) <= limit;
    }
  CHECK(agrees, "%s agrees with plain loops", name);
}

static void check_sgemm(char transpose_a, char transpose_b) {
  shim_matmul p;
  memset(&p, 0, sizeof p);
  p.m = 37, p.n = 29, p.k = 53;
  p.source_transposed = transpose_a == 'T';
  p.weights_transposed = transpose_b == 'T';
  float *a = numbers_make(p.m * p.k), *b = numbers_make(p.k * p.n), *c = numbers_make(p.m * p.n);
  float *before = numbers_make(p.m * p.n);
  int64_t lda = p.source_transposed ? p.m : p.k, ldb = p.weights_transposed ? p.k : p.n;
  int status = shim_sgemm(transpose_a, transpose_b, p.m, p.n, p.k, 1, a, lda, b, ldb, 0, c, p.n);
  CHECK(status == SHIM_SUCCESS, "sgemm runs: %s", shim_status_name(status));
  compare_product("sgemm", &p, a, b, NULL, NULL, c);
  memcpy(c, before, sizeof(float) * (size_t)(p.m * p.n));
  shim_sgemm(transpose_a, transpose_b, p.m, p.n, p.k, 1, a, lda, b, ldb, 1, c, p.n);
  p.sum_into_destination = true;
  compare_product("sgemm with beta 1", &p, a, b, NULL, before, c);
  // Powers of two scale exactly: 2 A B - C is twice (A B - C / 2).
  for (int64_t i = 0; i < p.m * p.n; ++i) c[i] = before[i] * -2;
  shim_sgemm(transpose_a, transpose_b, p.m, p.n, p.k, 2, a, lda, b, ldb, -1, c, p.n);
  for (int64_t i = 0; i < p.m * p.n; ++i) c[i] /= 2;
  compare_product("sgemm with alpha 2 and beta -1", &p, a, b, NULL, before, c);
  free(a);
  free(b);
  free(c);
  free(before);
}

static void fill(buffer *out, shim_type type, const float *values, int64_t count) {
  for (int64_t i = 0; i < count; ++i) set_element(out, type, i, values[i]);
}

static void check_matmul(const shim_matmul *p, const char *name) {
  shim_primitive primitive;
  int status = shim_matmul_create(engine, p, &primitive);
  bool may_lack = p->type == SHIM_BF16 && status == SHIM_UNIMPLEMENTED;
  if (is_verbose) {
    const char *kernel = status == SHIM_SUCCESS ? shim_implementation(&primitive) : "";
    printf("%-72s %-14s %s\n", name, shim_status_name(status), kernel);
  }
  CHECK(status == SHIM_SUCCESS || may_lack, "%s is created: %s", name, shim_status_name(status));
  if (status != SHIM_SUCCESS) return;
  float *a = numbers_make(p->m * p->k), *b = numbers_make(p->k * p->n), *bias = numbers_make(p->n);
  float *before = numbers_make(p->m * p->n), *found = numbers_make(p->m * p->n);
  buffer source = buffer_make(shim_operand_bytes(&primitive, SHIM_SOURCE));
  buffer weights = buffer_make(shim_operand_bytes(&primitive, SHIM_WEIGHTS));
  buffer added = buffer_make(shim_operand_bytes(&primitive, SHIM_BIAS));
  buffer destination = buffer_make(shim_operand_bytes(&primitive, SHIM_DESTINATION));
  buffer scratchpad = buffer_make(primitive.scratchpad_bytes);
  fill(&source, p->type, a, p->m * p->k);
  if (p->weights_packed) {
    copy_weights(&primitive, true, b, weights.data);
  } else {
    fill(&weights, p->type, b, p->k * p->n);
  }
  if (p->with_bias) fill(&added, SHIM_F32, bias, p->n);
  if (p->sum_into_destination) fill(&destination, p->result_type, before, p->m * p->n);
  shim_call call;
  status = shim_call_create(engine, &primitive, &call);
  CHECK(status == SHIM_SUCCESS, "%s: a call is created: %s", name, shim_status_name(status));
  status = shim_call_run(
    &call, stream, source.data, weights.data, added.data, destination.data, scratchpad.data);
  CHECK(status == SHIM_SUCCESS, "%s runs: %s", name, shim_status_name(status));
  for (int64_t i = 0; i < p->m * p->n; ++i) found[i] = element(&destination, p->result_type, i);
  compare_product(name, p, a, b, bias, before, found);
  shim_call_destroy(&call);
  buffer_free(&source, "product's source");
  buffer_free(&weights, "product's weights");
  buffer_free(&added, "product's bias");
  buffer_free(&destination, "product's destination");
  buffer_free(&scratchpad, "product's scratchpad");
  float *owned[] = {a, b, bias, before, found};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; ++i) free(owned[i]);
  shim_primitive_destroy(&primitive);
}

void check_products(void) {
  static const char transposes[] = {'N', 'T'};
  for (int i = 0; i < 4; ++i) check_sgemm(transposes[i & 1], transposes[i >> 1]);
  for (int which = 0; which < 128; ++which) {
    shim_matmul p;
    memset(&p, 0, sizeof p);
    p.m = 33, p.n = 27, p.k = 45;
    p.type = which & 1 ? SHIM_BF16 : SHIM_F32;
    p.result_type = (which & 1) != 0 && (which & 64) != 0 ? SHIM_BF16 : SHIM_F32;
    p.source_transposed = (which & 2) != 0;
    p.weights_transposed = (which & 4) != 0;
    p.weights_packed = (which & 8) != 0;
    p.with_bias = (which & 16) != 0;
    p.sum_into_destination = p.relu = (which & 32) != 0;
    char name[120];
    snprintf(name, sizeof name, "product%s%s%s%s%s%s%s", p.type == SHIM_BF16 ? " bf16" : "",
             p.result_type == SHIM_BF16 ? " to bf16" : "", p.source_transposed ? " A'" : "",
             p.weights_transposed ? " B'" : "", p.weights_packed ? " packed" : "", p.with_bias ? " bias" : "",
             p.relu ? " sum relu" : "");
    check_matmul(&p, name);
  }
}
