package io.comfygateway.s3;

/** There are no credentials for S3, so no request was sent. */
public final class NoCredentialsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoCredentialsException(Throwable cause) {
    super(
        "the gateway has no S3 credentials; its operator sets the access key and the secret key of the destination, or gives it a role",
        cause);
  }
}
