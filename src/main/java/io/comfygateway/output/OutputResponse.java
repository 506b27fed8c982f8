package io.comfygateway.output;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@code GET} for an output is answered with.
 *
 * @param status 200, 206 or 304
 * @param headers the response's headers, in a fixed order
 * @param offset the first byte of the output that is sent
 * @param length how many bytes are sent; 0 for 304
 */
public record OutputResponse(int status, Map<String, String> headers, long offset, long length) {

  /**
   * What is known of the output.
   *
   * @param filename its name
   * @param contentType its media type
   * @param bytes its size in bytes
   * @param sha256 its SHA-256 in hexadecimal digits
   */
  public record Facts(String filename, String contentType, long bytes, String sha256) {}

  public OutputResponse {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /**
   * Decides in the order of RFC 9110, section 13.2.2.
   *
   * @throws io.comfygateway.problem.Problem RANGE_NOT_SATISFIABLE where the range lies outside
   */
  public static OutputResponse to(OutputRequest request, Facts output) {
    EntityTag tag = EntityTag.of(output.sha256());
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("ETag", tag.value());
    // A copy is asked about each time, since a key or a signed link may have been withdrawn.
    headers.put("Cache-Control", "private, no-cache");
    if (request.ifNoneMatch().filter(tag::isIn).isPresent()) {
      return new OutputResponse(304, headers, 0, 0);
    }
    Optional<ByteRange> range =
        request.ifRange().map(tag::isExactly).orElse(true)
            ? request.range().flatMap(it -> ByteRange.parse(it, output.bytes()))
            : Optional.empty();
    long length = range.map(ByteRange::length).orElse(output.bytes());
    headers.put("Accept-Ranges", "bytes");
    headers.put("Content-Type", withCharset(output.contentType()));
    headers.put("Content-Length", Long.toString(length));
    headers.put(
        "Content-Disposition", ContentDisposition.of(output.contentType(), output.filename()));
    // Otherwise a browser could take a picture for a page and run the scripts in it.
    headers.put("X-Content-Type-Options", "nosniff");
    range.ifPresent(it -> headers.put("Content-Range", it.contentRange()));
    return new OutputResponse(
        range.isPresent() ? 206 : 200, headers, range.map(ByteRange::first).orElse(0L), length);
  }

  private static String withCharset(String contentType) {
    return contentType.startsWith("text/") && !contentType.contains(";")
        ? contentType + "; charset=utf-8"
        : contentType;
  }
}
