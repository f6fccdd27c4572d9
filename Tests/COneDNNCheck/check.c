// Checks the oneDNN shim against plain loops, for whichever version of the library it is compiled with.

#include "check_support.h"

int check_count = 0;
int failure_count = 0;
bool is_verbose = false;
shim_engine engine;
shim_stream stream;

int main(int argument_count, char **arguments) {
  is_verbose = argument_count > 1 && strcmp(arguments[1], "-v") == 0;
  CHECK(shim_use_one_thread(), "the library's threads are OpenMP's");
  CHECK(shim_version_major() == DNNL_VERSION_MAJOR, "the library has the headers' major version");
  CHECK(strcmp(shim_status_name(SHIM_UNIMPLEMENTED), "unimplemented") == 0,
        "a status has the library's name");
  CHECK(shim_engine_create(&engine) == SHIM_SUCCESS, "an engine is created");
  CHECK(shim_stream_create(engine, &stream) == SHIM_SUCCESS, "a stream is created");

  check_activation_reorders();
  check_products();
  check_convolutions();
  check_threads();

  shim_stream_destroy(&stream);
  shim_engine_destroy(&engine);
  shim_engine_destroy(&engine);
  printf(
    "oneDNN %d.%d.%d, %s bf16: %d checks, %d failures\n", shim_version_major(), shim_version_minor(),
    shim_version_patch(), shim_has_native_bf16() ? "native" : "emulated", check_count, failure_count);
  return failure_count == 0 ? 0 : 1;
}
