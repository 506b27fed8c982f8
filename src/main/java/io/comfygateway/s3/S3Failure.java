package io.comfygateway.s3;

import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** Why an S3 server did not do what it was asked, in words for the operator. */
public final class S3Failure {
  private S3Failure() {}

  /** The continuation of a sentence, such as "the S3 server answered 403 AccessDenied". */
  public static String reason(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof AwsServiceException answer) {
        return answered(answer);
      }
      if (cause instanceof NoCredentialsException none) {
        return String.valueOf(none.getMessage());
      }
      Optional<String> known = connection(cause);
      if (known.isPresent()) {
        return known.get();
      }
    }
    return "the S3 server did not answer";
  }

  private static String answered(AwsServiceException answer) {
    Optional<AwsErrorDetails> details = Optional.ofNullable(answer.awsErrorDetails());
    String code =
        details.map(AwsErrorDetails::errorCode).map(word -> " " + word).orElse("").stripTrailing();
    return "the S3 server answered "
        + answer.statusCode()
        + code
        + details
            .flatMap(BucketRegion::of)
            .map(region -> ": the bucket is in the region " + region)
            .orElse("");
  }

  private static Optional<String> connection(Throwable error) {
    if (error instanceof UnknownHostException) {
      return Optional.of("the host name of the S3 server is not known");
    }
    if (error instanceof ApiCallTimeoutException || error instanceof InterruptedIOException) {
      return Optional.of("the S3 server took too long");
    }
    if (error instanceof ConnectException || error instanceof NoRouteToHostException) {
      return Optional.of("the S3 server takes no connection");
    }
    if (error instanceof SSLException) {
      return Optional.of(
          "no secure connection to the S3 server: its certificate or TLS is not accepted");
    }
    return error instanceof SocketException
        ? Optional.of("the connection to the S3 server broke")
        : Optional.empty();
  }
}
