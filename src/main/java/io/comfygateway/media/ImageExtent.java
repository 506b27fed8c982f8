package io.comfygateway.media;

/**
 * What a decoder would have to hold of a picture.
 *
 * @param width the width in pixels of its widest frame
 * @param height the height in pixels of its highest frame
 * @param frames how many frames it has; 1 where it does not move
 * @param pixels how many pixels all frames have together
 */
record ImageExtent(long width, long height, long frames, long pixels) {}
