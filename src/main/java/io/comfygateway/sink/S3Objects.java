package io.comfygateway.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.s3.NoCredentialsException;
import io.comfygateway.s3.S3Destination;
import io.comfygateway.s3.S3Upload;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** Puts objects into the buckets of destinations with the sink {@code s3}, and links to them. */
public final class S3Objects implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(S3Objects.class);
  private static final String SCHEME = "s3://";
  private static final Duration LONGEST_LINK = Duration.ofDays(7);

  private final Destinations destinations;
  private final Duration presignFor;
  private final Map<String, Opened> clients = new HashMap<>();

  private record Opened(JsonNode settings, S3Client client) {}

  /**
   * Makes it.
   *
   * @param presignFor how long a link to an object is valid; seven days at most, as AWS allows
   */
  public S3Objects(Destinations destinations, Duration presignFor) {
    this.destinations = destinations;
    this.presignFor = presignFor.compareTo(LONGEST_LINK) < 0 ? presignFor : LONGEST_LINK;
  }

  /**
   * Puts the file, or the event in the body; sets {@code GatewayLocation}.
   *
   * @param file the file; none for an event
   * @throws IOException if the stored file cannot be read or has changed
   */
  public void put(
      Exchange exchange,
      @ExchangeProperty("destination") ObjectNode settings,
      @ExchangeProperty("output") JsonNode output,
      @ExchangeProperty("file") @Nullable Path file,
      @Header("GatewayKey") String key,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header(Exchange.CONTENT_LENGTH) long length)
      throws IOException {
    Message message = exchange.getMessage();
    S3Upload upload = new S3Upload(client(settings), settings, key, type);
    if (file == null) {
      upload.bytes(message.getBody(byte[].class));
    } else {
      // A part is sent from the file; reading the body to its end verifies the SHA-256.
      try (InputStream body = message.getBody(InputStream.class)) {
        body.transferTo(OutputStream.nullOutputStream());
      }
      upload.file(file, length, output.path("sha256").asText());
    }
    message.setHeader("GatewayLocation", SCHEME + settings.path("bucket").asText() + "/" + key);
  }

  private synchronized S3Client client(ObjectNode settings) {
    String name = settings.path("name").asText();
    Opened opened = clients.get(name);
    if (opened == null || !opened.settings().equals(settings)) {
      // The former client may be in use; the SDK closes its connections when they are idle.
      opened = new Opened(settings.deepCopy(), S3Destination.of(settings, presignFor).client());
      clients.put(name, opened);
    }
    return opened.client();
  }

  /** A presigned link to a copy in a bucket; empty for other copies, and without credentials. */
  public Optional<URI> link(OutputCopy copy) {
    return destinations
        .find(copy.destination())
        .filter(destination -> "s3".equals(destination.sink()))
        .filter(destination -> copy.location().filter(isIn(destination)).isPresent())
        .flatMap(destination -> link(destination, copy));
  }

  // Another bucket may have been configured since.
  private static Predicate<String> isIn(Destination destination) {
    String bucket = SCHEME + destination.settings().path("bucket").asText() + "/";
    return location -> location.startsWith(bucket);
  }

  private Optional<URI> link(Destination destination, OutputCopy copy) {
    try {
      return Optional.of(S3Destination.of(destination.settings(), presignFor).presign(copy.key()));
    } catch (SdkException | NoCredentialsException e) {
      LOG.debug("cannot presign a link to destination={}", destination.name(), e);
      return Optional.empty();
    }
  }

  @Override
  public synchronized void close() {
    clients.values().forEach(opened -> opened.client().close());
    clients.clear();
  }
}
