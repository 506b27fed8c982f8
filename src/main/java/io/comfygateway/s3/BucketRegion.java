package io.comfygateway.s3;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;

/**
 * The region that an S3 server names when it was asked in another one. AWS says it in a header, or
 * in the element {@code Region} of the error (S3 API reference, "Error responses").
 */
public final class BucketRegion {
  private static final Set<String> CODES =
      Set.of(
          "AuthorizationHeaderMalformed",
          "PermanentRedirect",
          "TemporaryRedirect",
          "IllegalLocationConstraintException");
  private static final String BEGIN = "<Region>";
  private static final String END = "</Region>";
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{2,32}");

  private BucketRegion() {}

  public static Optional<String> of(AwsErrorDetails details) {
    if (!CODES.contains(String.valueOf(details.errorCode()))) {
      return Optional.empty();
    }
    return Optional.ofNullable(details.sdkHttpResponse())
        .flatMap(answer -> answer.firstMatchingHeader("x-amz-bucket-region"))
        .or(() -> inBody(details))
        .filter(name -> NAME.matcher(name).matches());
  }

  private static Optional<String> inBody(AwsErrorDetails details) {
    String body =
        Optional.ofNullable(details.rawResponse())
            .map(raw -> raw.asString(StandardCharsets.UTF_8))
            .orElse("");
    int from = body.indexOf(BEGIN);
    int to = body.indexOf(END, Math.max(0, from));
    return from < 0 || to < 0
        ? Optional.empty()
        : Optional.of(body.substring(from + BEGIN.length(), to).strip());
  }
}
