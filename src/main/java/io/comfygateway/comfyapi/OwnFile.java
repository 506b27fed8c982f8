package io.comfygateway.comfyapi;

import java.nio.file.Path;

/**
 * A file of a caller in the gateway's store.
 *
 * @param filename its name without folders
 * @param contentType the media type of its bytes
 * @param path where it is
 * @param bytes its size
 * @param sha256 its SHA-256 in hexadecimal digits
 */
public record OwnFile(String filename, String contentType, Path path, long bytes, String sha256) {}
