package io.comfygateway.delivery;

import io.comfygateway.custom.CustomStepException;
import io.comfygateway.egress.TargetRefusedException;
import io.comfygateway.s3.BucketRegion;
import io.comfygateway.s3.NoCredentialsException;
import io.comfygateway.sink.KeyTooLongException;
import io.comfygateway.sink.UnknownDestinationException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.http.base.HttpOperationFailedException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What came of one try to deliver. */
public sealed interface Outcome {
  /**
   * The receiver answered.
   *
   * @param status the HTTP status
   * @param retryAfter its {@code Retry-After} header
   * @param said the beginning of its answer, for the caller; may be empty
   */
  record Answered(int status, Optional<String> retryAfter, String said) implements Outcome {}

  /**
   * No answer came.
   *
   * @param reason for the caller; names no address, which would tell about the gateway's network
   */
  record NoAnswer(String reason) implements Outcome {}

  /**
   * The S3 server did not take an object.
   *
   * @param status the HTTP status
   * @param code S3's own word for it, such as {@code NoSuchBucket}; empty where it gave none
   * @param region where the bucket is, if the server says that it is in another region
   */
  record NotStored(int status, String code, Optional<String> region) implements Outcome {}

  /**
   * The guard did not let the request out.
   *
   * @param reason for the caller
   */
  record Refused(String reason) implements Outcome {}

  /** An answer without a {@code Retry-After}. */
  static Outcome answered(int status) {
    return new Answered(status, Optional.empty(), "");
  }

  /** What an error of the HTTP client means; its causes are looked at, too. */
  static Outcome of(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof TargetRefusedException refused) {
        return new Refused(refused.getMessage());
      }
      if (cause instanceof AwsServiceException answer) {
        Optional<AwsErrorDetails> details = Optional.ofNullable(answer.awsErrorDetails());
        String code = details.map(AwsErrorDetails::errorCode).orElse("");
        return new NotStored(answer.statusCode(), code, details.flatMap(BucketRegion::of));
      }
      if (cause instanceof SinkAnsweredException answer) {
        return new Answered(answer.status(), answer.retryAfter(), "");
      }
      if (cause instanceof HttpOperationFailedException answer) {
        return new Answered(answer.getStatusCode(), retryAfter(answer), "");
      }
      if (cause instanceof KeyTooLongException || cause instanceof ChangedOutputException) {
        return new Refused(cause.getMessage());
      }
      if (cause instanceof UnknownDestinationException
          || cause instanceof SinkFailedException
          || cause instanceof CustomStepException) {
        return new NoAnswer(cause.getMessage());
      }
      if (cause instanceof DirectConsumerNotAvailableException) {
        return new NoAnswer("there is no sink of that name, or its file has a fault");
      }
      if (cause instanceof NoCredentialsException none) {
        return new NoAnswer(none.getMessage());
      }
      Optional<String> reason = reason(cause);
      if (reason.isPresent()) {
        return new NoAnswer(reason.get());
      }
    }
    return new NoAnswer(
        FileFailure.reason(error).or(() -> ofStep(error)).orElse("the connection broke"));
  }

  /** What failed if it was no connection, but a step of a route; empty for a connection. */
  static Optional<String> ofStep(Throwable error) {
    Throwable root = error;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException || cause instanceof SdkException) {
        return Optional.empty();
      }
      root = cause;
    }
    return Optional.of(
        "a step failed (%s); the log of the gateway says why"
            .formatted(root.getClass().getSimpleName()));
  }

  private static Optional<String> retryAfter(HttpOperationFailedException answer) {
    return Optional.ofNullable(answer.getResponseHeaders())
        .flatMap(headers -> Optional.ofNullable(headers.get("Retry-After")));
  }

  private static Optional<String> reason(Throwable error) {
    if (error instanceof UnknownHostException) {
      return Optional.of("the host name is not known");
    }
    if (error instanceof InterruptedIOException) {
      return Optional.of("the receiver took too long");
    }
    if (error instanceof ConnectException || error instanceof NoRouteToHostException) {
      return Optional.of("the receiver takes no connection");
    }
    if (error instanceof SSLException) {
      return Optional.of("no secure connection: the receiver's certificate or TLS is not accepted");
    }
    return Optional.empty();
  }
}
