package io.comfygateway.media;

/**
 * What decoding the first frame of a picture takes beside its pixels, counted from the structure of
 * the file. It says the most that the readers of Java's ImageIO, libjpeg and libwebp may take.
 *
 * @param bytes how many bytes of the file a reader keeps in memory
 * @param coefficients how many bytes libjpeg keeps outside of the heap until the last scan of a
 *     JPEG is read
 * @param visits how often a pixel is decoded, where a file may give a decoder more to do than each
 *     pixel once: by the scans of a JPEG, and by the codes and texts of a GIF
 */
public record DecodingLoad(long bytes, long coefficients, long visits) {}
