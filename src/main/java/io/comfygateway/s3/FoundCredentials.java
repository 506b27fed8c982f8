package io.comfygateway.s3;

import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The credentials that the SDK finds by itself: in the environment, a profile, or a role. */
final class FoundCredentials implements AwsCredentialsProvider {
  private final AwsCredentialsProvider places;

  FoundCredentials(AwsCredentialsProvider places) {
    this.places = places;
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return places.resolveCredentials();
    } catch (SdkClientException nowhere) {
      throw new NoCredentialsException(nowhere);
    }
  }
}
