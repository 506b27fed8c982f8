/**
 * Pictures that are drawn from a seed, and the files of several formats that hold them. It knows
 * nothing else of the simulator.
 */
@NullMarked
package io.comfygateway.simulator.media;

import org.jspecify.annotations.NullMarked;
