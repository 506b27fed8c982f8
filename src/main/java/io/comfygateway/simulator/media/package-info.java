/** Pictures that are drawn from a seed, and the files of several formats that hold them. */
package io.comfygateway.simulator.media;
