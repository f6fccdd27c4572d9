#include "simd.h"

#define T float
#define LOAD load16_f32
#define STORE store16_f32
#define LOAD1 load1_f32
#define STORE1 store1_f32
#define NAME(kernel) kernel##_f32
#include "blocked.inc"
