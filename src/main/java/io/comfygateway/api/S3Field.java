package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobDocument;
import io.comfygateway.problem.Problem;
import io.comfygateway.sink.KeyTemplate;
import java.util.Optional;
import java.util.Set;

/** The field {@code s3} of a request: where its outputs are copied to. */
final class S3Field {
  /** The fields of {@code s3}. */
  static final Set<String> NAMES = Set.of("destination", "prefix");

  private S3Field() {}

  /**
   * Reads it from a request.
   *
   * @throws Problem where it is not valid
   */
  static Optional<JobDocument.CopyRequest> of(ObjectNode request) {
    return new FieldReader(request, "")
        .object("s3")
        .map(given -> read(new FieldReader(given, "/s3")));
  }

  private static JobDocument.CopyRequest read(FieldReader s3) {
    s3.requireKnown(NAMES);
    return new JobDocument.CopyRequest(s3.text("destination").orElse("default"), prefix(s3));
  }

  // Keys begin with it as it is, so spaces around it count.
  private static String prefix(FieldReader s3) {
    JsonNode given = s3.value("prefix");
    if (FieldReader.isLeftOut(given)) {
      return "";
    }
    if (!given.isTextual()) {
      throw s3.fault("prefix", "s3.prefix must be text.");
    }
    String prefix = given.asText();
    Expressions.unevaluated("s3.prefix", prefix)
        .or(() -> KeyTemplate.whyNoPrefix(prefix).map(why -> "s3.prefix " + why))
        .ifPresent(
            why -> {
              throw s3.fault("prefix", why);
            });
    return prefix;
  }
}
