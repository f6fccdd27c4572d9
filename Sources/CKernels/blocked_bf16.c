#include "simd.h"

#define T tw_bf16
#define LOAD load16_bf16
#define STORE store16_bf16
#define LOAD1 load1_bf16
#define STORE1 store1_bf16
#define NAME(kernel) kernel##_bf16
#include "blocked.inc"
