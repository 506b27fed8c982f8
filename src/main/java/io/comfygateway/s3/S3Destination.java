package io.comfygateway.s3;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.tls.Pem;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * A bucket that outputs are copied to.
 *
 * @param name what callers name in {@code s3.destination}
 * @param endpoint the server, empty for AWS itself
 * @param region its region; servers that have none take any, such as {@code us-east-1}
 * @param bucket the bucket
 * @param accessKey the access key; empty for what the SDK finds by itself (a role, a profile)
 * @param secretKey its secret
 * @param sessionToken the token of temporary keys; empty for lasting ones
 * @param trust the certificates (PEM) of the authorities that the server's certificate may come
 *     from; empty for Java's own
 * @param pathStyle whether the bucket is in the path, as most servers other than AWS expect
 * @param presignFor how long a link to an object is valid, from a second to seven days (the most
 *     that Signature Version 4 allows)
 */
public record S3Destination(
    String name,
    Optional<URI> endpoint,
    String region,
    String bucket,
    String accessKey,
    String secretKey,
    String sessionToken,
    Optional<String> trust,
    boolean pathStyle,
    Duration presignFor) {
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final int CONNECTIONS = 50;

  public S3Destination {
    requireSignable(presignFor);
  }

  /** With lasting keys, or those that the SDK finds, and Java's own authorities. */
  public S3Destination(
      String name,
      Optional<URI> endpoint,
      String region,
      String bucket,
      String accessKey,
      String secretKey,
      boolean pathStyle,
      Duration presignFor) {
    this(
        name,
        endpoint,
        region,
        bucket,
        accessKey,
        secretKey,
        "",
        Optional.empty(),
        pathStyle,
        presignFor);
  }

  /**
   * The bucket of a destination with the sink {@code s3}.
   *
   * @param settings its fields, with the references replaced
   * @param presignFor how long a link to an object is valid
   */
  public static S3Destination of(ObjectNode settings, Duration presignFor) {
    Optional<URI> endpoint = text(settings, "endpoint").map(URI::create);
    return new S3Destination(
        settings.path("name").asText(),
        endpoint,
        text(settings, "region").orElse("us-east-1"),
        settings.path("bucket").asText(),
        text(settings, "access-key").orElse(""),
        text(settings, "secret-key").orElse(""),
        text(settings, "session-token").orElse(""),
        text(settings, "ca"),
        settings.path("path-style").asBoolean(endpoint.isPresent()),
        presignFor);
  }

  private static Optional<String> text(ObjectNode settings, String field) {
    return Optional.of(settings.path(field).asText()).filter(value -> !value.isEmpty());
  }

  /**
   * A client, which the caller closes. Making it opens no connection. Uploads are to be made from
   * files: to a server other than AWS a body is read twice, once for its signature.
   */
  public S3Client client() {
    return client(CONNECTIONS);
  }

  /** A client that opens so many connections at most. */
  S3Client client(int connections) {
    var builder =
        S3Client.builder()
            .httpClientBuilder(http().maxConnections(connections))
            .region(Region.of(region))
            .credentialsProvider(credentials())
            .serviceConfiguration(service());
    if (endpoint.isPresent()) {
      // Not all servers know the checksums that the SDK adds since 2.30.
      builder
          .endpointOverride(endpoint.get())
          .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
          .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    }
    return builder.build();
  }

  /** A maker of links, which the caller closes. It opens no connection. */
  public S3Presigner presigner() {
    var builder =
        S3Presigner.builder()
            .region(Region.of(region))
            .credentialsProvider(credentials())
            .serviceConfiguration(service());
    endpoint.ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /** A link to an object, for as long as the destination says. */
  public URI presign(String key) {
    return presign(key, presignFor);
  }

  /**
   * A link to an object that works without credentials.
   *
   * @param validFor for how long, from a second to seven days
   */
  public URI presign(String key, Duration validFor) {
    requireSignable(validFor);
    try (S3Presigner presigner = presigner()) {
      var signed =
          presigner.presignGetObject(
              it ->
                  it.signatureDuration(validFor).getObjectRequest(o -> o.bucket(bucket).key(key)));
      return URI.create(signed.url().toString());
    }
  }

  /** Without credentials, so that it can be logged. */
  @Override
  public String toString() {
    String server = endpoint.map(it -> it.getHost() + ":" + it.getPort()).orElse("aws");
    return "S3Destination[name=%s, endpoint=%s, region=%s, bucket=%s]"
        .formatted(name, server, region, bucket);
  }

  private ApacheHttpClient.Builder http() {
    ApacheHttpClient.Builder http = ApacheHttpClient.builder();
    trust.ifPresent(pem -> http.tlsTrustManagersProvider(() -> Pem.trustManagers(pem)));
    return http;
  }

  private S3Configuration service() {
    // Nor do all know the signed chunks of AWS, and some store them as if they were the file.
    return S3Configuration.builder()
        .pathStyleAccessEnabled(pathStyle)
        .chunkedEncodingEnabled(endpoint.isEmpty())
        .build();
  }

  private AwsCredentialsProvider credentials() {
    if (accessKey.isEmpty()) {
      return new FoundCredentials(DefaultCredentialsProvider.builder().build());
    }
    return StaticCredentialsProvider.create(
        sessionToken.isEmpty()
            ? AwsBasicCredentials.create(accessKey, secretKey)
            : AwsSessionCredentials.create(accessKey, secretKey, sessionToken));
  }

  private static void requireSignable(Duration validFor) {
    if (validFor.compareTo(Duration.ofSeconds(1)) < 0 || validFor.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "an S3 link is valid for 1 second to 7 days, not for " + validFor);
    }
  }
}
