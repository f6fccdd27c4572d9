// The only place that names oneDNN's programming interface.
//
// oneDNN 2 and 3 differ in what a caller writes: version 3 made memory descriptors opaque, dropped operation
// descriptors and changed a few signatures. These headers hide the difference, so the same Swift compiles
// against both; everything is `static inline`, as which library is present is known only where a package is
// built.
//
// Rules that hold throughout:
//
// * Objects of oneDNN are handed out as opaque handles inside small structs. Whoever creates one destroys it
//   with the matching `_destroy`, which accepts a struct of zeros and leaves one behind.
// * A function that can fail returns a `shim_status` as `int`, 0 for success; on failure its output is a
//   struct of zeros. Nothing is printed.
// * Tensors have four axes (batch, channels, height, width), and pointers are to 64-byte aligned memory where
//   speed matters. Padding channels of a blocked tensor must be zero on entry and are zero on return.
// * Engines and primitives may be shared by threads. A stream, a call and a reorder belong to one thread at a
//   time.
// * How many threads a primitive is made for is decided when it is *created*. Call `shim_use_one_thread` on
//   every thread that creates or runs primitives.

#ifndef THALWEG_SHIM_H
#define THALWEG_SHIM_H

#include "shim_engine.h"
#include "shim_primitive.h"
#include "shim_call.h"
#include "shim_convolution.h"
#include "shim_matmul.h"
#include "shim_reorder.h"

#endif
