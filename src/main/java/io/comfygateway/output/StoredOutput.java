package io.comfygateway.output;

import io.comfygateway.media.Dimensions;
import java.util.Optional;

/**
 * An output as it lies in the store.
 *
 * @param location where it lies, for {@link OutputStore#open(String)}: relative to the store, with
 *     {@code /} between its segments
 * @param bytes its size in bytes
 * @param sha256 its SHA-256, 64 lower-case hexadecimal digits
 * @param contentType its media type, by its first bytes and its name
 * @param dimensions its size in pixels, where it is an image whose header says so
 */
public record StoredOutput(
    String location,
    long bytes,
    String sha256,
    String contentType,
    Optional<Dimensions> dimensions) {}
