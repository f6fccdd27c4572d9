// Convolutions in every direction against plain loops in double precision.

#include <pthread.h>

#include "check_support.h"

// A tensor of exact values: sums of products, the sums of their absolute values, and the number of terms.
typedef struct exact {
  double *value;
  double *magnitude;
  int64_t *terms;
  int64_t count;
} exact;

static exact exact_make(int64_t count) {
  exact it = {
    calloc((size_t)count, sizeof(double)), calloc((size_t)count, sizeof(double)),
    calloc((size_t)count, sizeof(int64_t)), count,
  };
  if (it.value == NULL || it.magnitude == NULL || it.terms == NULL) abort();
  return it;
}

static void exact_add(exact *it, int64_t index, double term) {
  it->value[index] += term;
  it->magnitude[index] += fabs(term);
  it->terms[index] += 1;
}

static void exact_free(exact *it) {
  free(it->value);
  free(it->magnitude);
  free(it->terms);
}

static tensor_shape source_shape(const shim_convolution *c) {
  return (tensor_shape){c->batch, c->in_channels, c->in_height, c->in_width};
}

static tensor_shape destination_shape(const shim_convolution *c) {
  return (tensor_shape){c->batch, c->out_channels, c->out_height, c->out_width};
}

static int64_t weights_count(const shim_convolution *c) {
  return c->out_channels * (c->in_channels / c->groups) * c->kernel_height * c->kernel_width;
}

// Adds the terms of one pass: each triple (source, weight, destination) that the convolution joins
// contributes the product of two of them to the third.
static void add_terms(
  const shim_convolution *c, shim_direction direction, const float *x, const float *w, const float *y,
  exact *out
) {
  tensor_shape s = source_shape(c), d = destination_shape(c);
  int64_t in_group = c->in_channels / c->groups, out_group = c->out_channels / c->groups;
  for (int64_t n = 0; n < c->batch; ++n)
    for (int64_t o = 0; o < c->out_channels; ++o)
      for (int64_t i = 0; i < in_group; ++i)
        for (int64_t oh = 0; oh < c->out_height; ++oh)
          for (int64_t ow = 0; ow < c->out_width; ++ow)
            for (int64_t kh = 0; kh < c->kernel_height; ++kh)
              for (int64_t kw = 0; kw < c->kernel_width; ++kw) {
                int64_t h = oh * c->stride_h - c->pad_top + kh * c->dilation_h;
                int64_t v = ow * c->stride_w - c->pad_left + kw * c->dilation_w;
                if (h < 0 || h >= c->in_height || v < 0 || v >= c->in_width) continue;
                int64_t xi = plain_index(s, n, o / out_group * in_group + i, h, v);
                int64_t wi = ((o * in_group + i) * c->kernel_height + kh) * c->kernel_width + kw;
                int64_t yi = plain_index(d, n, o, oh, ow);
                switch (direction) {
                  case SHIM_BACKWARD_DATA: exact_add(out, xi, (double)w[wi] * y[yi]); break;
                  case SHIM_BACKWARD_WEIGHTS: exact_add(out, wi, (double)x[xi] * y[yi]); break;
                  default: exact_add(out, yi, (double)x[xi] * w[wi]);
                }
              }
}

static void compare(const char *name, const float *found, const exact *expected, shim_type type) {
  double worst = 0;
  int64_t where = 0;
  for (int64_t i = 0; i < expected->count; ++i) {
    double limit = bound(expected->terms[i], expected->magnitude[i], expected->value[i], type);
    double error = fabs(found[i] - expected->value[i]);
    // A value that no term reaches must be exactly 0; a NaN fails every comparison.
    double ratio = error <= limit ? 0 : (isnan(error) || limit == 0 ? INFINITY : error / limit);
    if (ratio > worst) worst = ratio, where = i;
  }
  CHECK(worst == 0, "%s: element %lld is %.9g, not %.9g (%.3g times the bound)", name, (long long)where,
        (double)found[where], expected->value[where], worst);
}

// One pass with its tensors, plain and stored.
typedef struct pass {
  const char *name;
  const shim_convolution *c;
  shim_direction direction;
  shim_primitive primitive;
  float *x, *w, *y, *b;
  buffer source, weights, bias, destination, scratchpad, plain_weights;
} pass;

static const char *direction_names[] = {"inference", "training", "backward data", "backward weights"};

static void pass_prepare(pass *p) {
  const shim_convolution *c = p->c;
  p->source = buffer_make(shim_operand_bytes(&p->primitive, SHIM_SOURCE));
  p->weights = buffer_make(shim_operand_bytes(&p->primitive, SHIM_WEIGHTS));
  p->bias = buffer_make(shim_operand_bytes(&p->primitive, SHIM_BIAS));
  p->destination = buffer_make(shim_operand_bytes(&p->primitive, SHIM_DESTINATION));
  p->scratchpad = buffer_make(p->primitive.scratchpad_bytes);
  p->plain_weights = buffer_make(sizeof(float) * (size_t)weights_count(c));
  bool is_forward = p->direction < SHIM_BACKWARD_DATA;
  if (p->direction != SHIM_BACKWARD_DATA) store(p->x, source_shape(c), c->type, c->source_layout, &p->source);
  if (p->direction != SHIM_BACKWARD_WEIGHTS) {
    memcpy(p->plain_weights.data, p->w, p->plain_weights.bytes);
    copy_weights(&p->primitive, true, p->plain_weights.data, p->weights.data);
  }
  if (!is_forward || c->sum_into_destination) {
    shim_type type = is_forward ? c->result_type : c->type;
    store(p->y, destination_shape(c), type, c->destination_layout, &p->destination);
  }
  if (is_forward && c->with_bias) memcpy(p->bias.data, p->b, p->bias.bytes);
}

static void check_forward(const pass *p) {
  const shim_convolution *c = p->c;
  tensor_shape d = destination_shape(c);
  exact expected = exact_make(plain_count(d));
  add_terms(c, p->direction, p->x, p->w, p->y, &expected);
  for (int64_t i = 0; i < expected.count; ++i) {
    if (c->with_bias) exact_add(&expected, i, p->b[i / (d.h * d.w) % d.c]);
    if (c->sum_into_destination) exact_add(&expected, i, p->y[i]);
    if (c->relu && expected.value[i] < 0) expected.value[i] = 0;
  }
  float *found = malloc(sizeof(float) * (size_t)expected.count);
  bool padding_is_zero = load(&p->destination, d, c->result_type, c->destination_layout, found);
  CHECK(padding_is_zero, "%s: the destination's padding is zero", p->name);
  compare(p->name, found, &expected, c->result_type);
  free(found);
  exact_free(&expected);
}

static void check_backward_data(const pass *p) {
  const shim_convolution *c = p->c;
  tensor_shape s = source_shape(c);
  exact expected = exact_make(plain_count(s));
  add_terms(c, p->direction, p->x, p->w, p->y, &expected);
  float *found = malloc(sizeof(float) * (size_t)expected.count);
  bool padding_is_zero = load(&p->source, s, c->result_type, c->source_layout, found);
  CHECK(padding_is_zero, "%s: the source's padding is zero", p->name);
  compare(p->name, found, &expected, c->result_type);
  free(found);
  exact_free(&expected);
}

static void check_backward_weights(pass *p) {
  const shim_convolution *c = p->c;
  tensor_shape d = destination_shape(c);
  exact expected = exact_make(weights_count(c));
  add_terms(c, p->direction, p->x, p->w, p->y, &expected);
  copy_weights(&p->primitive, false, p->weights.data, p->plain_weights.data);
  compare(p->name, (const float *)(const void *)p->plain_weights.data, &expected, c->result_type);
  exact_free(&expected);
  if (!c->with_bias) return;
  exact sums = exact_make(c->out_channels);
  for (int64_t i = 0; i < plain_count(d); ++i) exact_add(&sums, i / (d.h * d.w) % d.c, p->y[i]);
  compare(p->name, (const float *)(const void *)p->bias.data, &sums, SHIM_F32);
  exact_free(&sums);
}

static void run_pass(pass *p) {
  pass_prepare(p);
  shim_call call;
  int status = shim_call_create(engine, &p->primitive, &call);
  CHECK(status == SHIM_SUCCESS, "%s: a call is created: %s", p->name, shim_status_name(status));
  status = shim_call_run(
    &call, stream, p->source.data, p->weights.data, p->bias.data, p->destination.data, p->scratchpad.data);
  CHECK(status == SHIM_SUCCESS, "%s: a call runs: %s", p->name, shim_status_name(status));
  CHECK(shim_call_run(&call, stream, NULL, NULL, NULL, NULL, NULL) == SHIM_INVALID_ARGUMENTS,
        "%s: a call refuses NULL for what it needs", p->name);
  switch (p->direction) {
    case SHIM_BACKWARD_DATA: check_backward_data(p); break;
    case SHIM_BACKWARD_WEIGHTS: check_backward_weights(p); break;
    default: check_forward(p);
  }
  shim_call_destroy(&call);
  shim_call_destroy(&call);  // Destroying twice is allowed.
  buffer_free(&p->source, "source");
  buffer_free(&p->weights, "weights");
  buffer_free(&p->bias, "bias");
  buffer_free(&p->destination, "destination");
  buffer_free(&p->scratchpad, "scratchpad");
  buffer_free(&p->plain_weights, "plain weights");
}

static void check_convolution(const shim_convolution *c, const char *title) {
  pass p;
  memset(&p, 0, sizeof p);
  p.c = c;
  p.x = numbers_make(plain_count(source_shape(c)));
  p.w = numbers_make(weights_count(c));
  p.y = numbers_make(plain_count(destination_shape(c)));
  p.b = numbers_make(c->out_channels);
  for (int direction = 0; direction < 4; ++direction) {
    char name[200];
    snprintf(name, sizeof name, "%s, %s", title, direction_names[direction]);
    p.name = name;
    p.direction = (shim_direction)direction;
    int status = shim_convolution_create(engine, c, p.direction, &p.primitive);
    bool may_lack = c->type == SHIM_BF16 && status == SHIM_UNIMPLEMENTED;
    if (is_verbose) {
      const char *kernel = status == SHIM_SUCCESS ? shim_implementation(&p.primitive) : "";
      printf("%-72s %-14s %s\n", name, shim_status_name(status), kernel);
    }
    CHECK(status == SHIM_SUCCESS || may_lack, "%s: is created: %s", name, shim_status_name(status));
    if (status != SHIM_SUCCESS) continue;
    run_pass(&p);
    shim_primitive_destroy(&p.primitive);
    shim_primitive_destroy(&p.primitive);
  }
  free(p.x);
  free(p.w);
  free(p.y);
  free(p.b);
}

typedef struct shape_case {
  int in, out, groups, kernel, stride, dilation, pad, pad_after, size;
} shape_case;

static shim_convolution convolution_of(shape_case s, shim_type type, shim_layout source_layout) {
  shim_convolution c;
  memset(&c, 0, sizeof c);
  c.batch = 3;
  c.in_channels = s.in;
  c.out_channels = s.out;
  c.groups = s.groups;
  c.kernel_height = c.kernel_width = s.kernel;
  c.stride_h = c.stride_w = s.stride;
  c.dilation_h = c.dilation_w = s.dilation;
  c.pad_top = c.pad_left = s.pad;
  c.pad_bottom = c.pad_right = s.pad_after;
  c.in_height = s.size;
  c.in_width = s.size + 2;  // Not square, so that exchanged axes are noticed.
  int reach = s.dilation * (s.kernel - 1) + 1;
  c.out_height = (c.in_height + s.pad + s.pad_after - reach) / s.stride + 1;
  c.out_width = (c.in_width + s.pad + s.pad_after - reach) / s.stride + 1;
  c.type = type;
  c.result_type = type;
  c.source_layout = source_layout;
  c.destination_layout = SHIM_NCHW16C;
  return c;
}

static void check_shape(shape_case s, shim_type type, shim_layout source_layout) {
  for (int steps = 0; steps < 8; ++steps) {
    shim_convolution c = convolution_of(s, type, source_layout);
    c.with_bias = (steps & 1) != 0;
    c.sum_into_destination = (steps & 2) != 0;
    c.relu = (steps & 4) != 0;
    // Half of the bf16 cases make f32 results.
    if (type == SHIM_BF16 && (steps & 1) != 0) c.result_type = SHIM_F32;
    char title[160];
    snprintf(
      title, sizeof title, "%d->%d/%d %dx%d stride %d dilation %d %s%s%s%s%s%s", s.in, s.out, s.groups,
      s.kernel, s.kernel, s.stride, s.dilation, source_layout == SHIM_NCHW ? "nchw" : "nChw16c",
      type == SHIM_BF16 ? " bf16" : "", c.result_type != type ? " to f32" : "", c.with_bias ? " bias" : "",
      c.sum_into_destination ? " sum" : "", c.relu ? " relu" : "");
    check_convolution(&c, title);
  }
}

void check_convolutions(void) {
  static const shape_case shapes[] = {
    {16, 16, 1, 3, 1, 1, 1, 1, 9},  {16, 16, 1, 1, 1, 1, 0, 0, 7},  {16, 16, 1, 5, 1, 1, 2, 2, 8},
    {16, 32, 1, 3, 2, 1, 1, 1, 10}, {16, 32, 1, 1, 2, 1, 0, 0, 8},  {8, 24, 1, 3, 1, 1, 1, 1, 7},
    {10, 17, 1, 3, 1, 1, 1, 1, 6},  {10, 17, 1, 5, 2, 1, 2, 2, 9},  {17, 10, 1, 1, 1, 1, 0, 0, 6},
    {1, 8, 1, 3, 1, 1, 1, 1, 8},    {3, 16, 1, 3, 1, 1, 1, 1, 9},   {16, 16, 1, 3, 2, 1, 0, 1, 8},
    {16, 16, 1, 3, 1, 2, 2, 2, 9},  {32, 32, 2, 3, 1, 1, 1, 1, 6},  {16, 16, 16, 3, 1, 1, 1, 1, 7},
    {12, 8, 4, 3, 1, 1, 1, 1, 6},   {64, 64, 1, 3, 1, 1, 1, 1, 5},  {48, 40, 1, 1, 2, 1, 0, 0, 8},
    {6, 16, 1, 5, 1, 1, 0, 0, 9},   {16, 10, 1, 3, 1, 1, 1, 1, 6},  {15, 1, 1, 3, 1, 1, 1, 1, 6},
  };
  static const shape_case plain_shapes[] = {
    {3, 16, 1, 3, 1, 1, 1, 1, 9}, {3, 24, 1, 5, 2, 1, 2, 2, 11}, {1, 8, 1, 3, 1, 1, 1, 1, 8},
    {3, 17, 1, 3, 2, 1, 1, 1, 9}, {1, 6, 1, 5, 1, 1, 0, 0, 12},
  };
  for (int type = SHIM_F32; type <= SHIM_BF16; ++type) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; ++i)
      check_shape(shapes[i], (shim_type)type, SHIM_NCHW16C);
    for (size_t i = 0; i < sizeof plain_shapes / sizeof *plain_shapes; ++i)
      check_shape(plain_shapes[i], (shim_type)type, SHIM_NCHW);
  }
  shim_convolution wrong = convolution_of(shapes[0], SHIM_F32, SHIM_NCHW16C);
  shim_primitive primitive;
  wrong.out_height += 1;
  CHECK(shim_convolution_create(engine, &wrong, SHIM_FORWARD_TRAINING, &primitive) == SHIM_INVALID_ARGUMENTS
          && primitive.primitive == NULL, "an output extent that does not follow is refused");
  wrong.out_height -= 1;
  wrong.groups = 3;
  CHECK(shim_convolution_create(engine, &wrong, SHIM_FORWARD_TRAINING, &primitive) == SHIM_INVALID_ARGUMENTS,
        "groups that do not divide the channels are refused");
}

// Two threads run one primitive at once, each with its own call; every result must have a lone run's bits.
typedef struct worker {
  const pass *shared;
  bool agrees;
} worker;

static void *work(void *argument) {
  worker *it = argument;
  const pass *p = it->shared;
  shim_use_one_thread();
  shim_stream own_stream;
  shim_call call;
  it->agrees = shim_stream_create(engine, &own_stream) == SHIM_SUCCESS
    && shim_call_create(engine, &p->primitive, &call) == SHIM_SUCCESS;
  if (!it->agrees) return NULL;
  buffer result = buffer_make(p->destination.bytes), scratchpad = buffer_make(p->scratchpad.bytes);
  for (int turn = 0; turn < 200; ++turn) {
    memset(result.data, 0xFF, result.bytes);
    int status = shim_call_run(
      &call, own_stream, p->source.data, p->weights.data, p->bias.data, result.data, scratchpad.data);
    it->agrees = it->agrees && status == SHIM_SUCCESS
      && memcmp(result.data, p->destination.data, result.bytes) == 0;
  }
  free(result.data);
  free(scratchpad.data);
  shim_call_destroy(&call);
  shim_stream_destroy(&own_stream);
  return NULL;
}

void check_threads(void) {
  shape_case s = {16, 24, 1, 3, 1, 1, 1, 1, 16};
  shim_convolution c = convolution_of(s, SHIM_F32, SHIM_NCHW16C);
  pass p;
  memset(&p, 0, sizeof p);
  p.c = &c;
  p.x = numbers_make(plain_count(source_shape(&c)));
  p.w = numbers_make(weights_count(&c));
  CHECK(shim_convolution_create(engine, &c, SHIM_FORWARD_TRAINING, &p.primitive) == SHIM_SUCCESS,
        "the shared primitive is created");
  pass_prepare(&p);
  shim_call call;
  CHECK(shim_call_create(engine, &p.primitive, &call) == SHIM_SUCCESS, "the shared call is created");
  shim_call_run(&call, stream, p.source.data, p.weights.data, NULL, p.destination.data, p.scratchpad.data);
  worker workers[2] = {{&p, false}, {&p, false}};
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, work, &workers[i]);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  CHECK(workers[0].agrees && workers[1].agrees, "two threads that share a primitive get a lone run's bits");

  // A call outlives its primitive.
  shim_primitive_destroy(&p.primitive);
  buffer again = buffer_make(p.destination.bytes);
  shim_call_run(&call, stream, p.source.data, p.weights.data, NULL, again.data, p.scratchpad.data);
  CHECK(memcmp(again.data, p.destination.data, again.bytes) == 0, "a call works without its primitive");
  shim_call_destroy(&call);
  buffer_free(&again, "second destination");
  buffer_free(&p.source, "source");
  buffer_free(&p.weights, "weights");
  buffer_free(&p.bias, "bias");
  buffer_free(&p.destination, "destination");
  buffer_free(&p.scratchpad, "scratchpad");
  buffer_free(&p.plain_weights, "plain weights");
  free(p.x);
  free(p.w);
}
