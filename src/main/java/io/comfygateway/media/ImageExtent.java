package io.comfygateway.media;

/**
 * How much of a picture a decoder has to hold in memory.
 *
 * @param width the width in pixels of its widest frame
 * @param height the height in pixels of its highest frame
 * @param frames how many frames it has; 1 where it is not animated
 * @param pixels how many pixels all frames have together
 */
record ImageExtent(long width, long height, long frames, long pixels) {}
