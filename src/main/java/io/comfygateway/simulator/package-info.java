/**
 * A ComfyUI that needs no GPU: it answers as the recordings of ComfyUI 0.3.64 do, draws pictures
 * from the seed, and can be told to be slow, to fail and to disappear.
 */
package io.comfygateway.simulator;
