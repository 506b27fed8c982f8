/** Pictures that are drawn from a seed, and the files of several formats that hold them. */
@NullMarked
package io.comfygateway.simulator.media;

import org.jspecify.annotations.NullMarked;
