/**
 * A ComfyUI that needs no GPU: it answers as the recordings of ComfyUI 0.3.64 do, draws pictures
 * from the seed, and can be made slow, fail and disappear. The way in is {@code ComfySimulator}. It
 * is not part of the service, which knows nothing of it.
 */
@NullMarked
package io.comfygateway.simulator;

import org.jspecify.annotations.NullMarked;
