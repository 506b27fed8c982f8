package io.comfygateway.upload;

import io.comfygateway.files.StoredBytes;

/**
 * A file of a caller in the gateway's store.
 *
 * @param filename its name without folders
 * @param contentType the media type of its bytes
 * @param content its bytes
 * @param bytes its size
 * @param sha256 its SHA-256 in hexadecimal digits
 */
public record CallerFile(
    String filename, String contentType, StoredBytes content, long bytes, String sha256) {}
