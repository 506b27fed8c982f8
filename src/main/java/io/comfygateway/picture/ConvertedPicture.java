package io.comfygateway.picture;

import java.nio.file.Path;

/**
 * A converted picture as it is kept.
 *
 * @param file where it is
 * @param contentType its media type
 * @param bytes its size
 * @param sha256 its SHA-256 in hexadecimal digits
 */
public record ConvertedPicture(Path file, String contentType, long bytes, String sha256) {}
