package io.comfygateway.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest preview of each prompt that runs here: the picture that ComfyUI sends while a sampler
 * works. They are in memory alone, and gone with the end of the prompt.
 */
public final class Previews implements FrameListener {
  private static final Logger LOG = LoggerFactory.getLogger(Previews.class);

  private final Predicate<UUID> isRunning;
  private final Limits limits;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Map<UUID, Kept> kept = new HashMap<>();
  private long bytes;

  /**
   * How much is kept.
   *
   * @param bytes of one preview; larger ones are ignored
   * @param bytesInAll of the previews of all prompts; 0: none are kept
   * @param between how often the preview of a prompt is replaced at most
   */
  public record Limits(int bytes, int bytesInAll, Duration between) {}

  /**
   * A picture.
   *
   * @param number its place among those of its prompt, from 1
   */
  public record Preview(int number, String contentType, Buffer picture) {}

  private record Kept(Preview preview, Instant at, boolean isNew) {}

  /**
   * Makes it, without previews.
   *
   * @param isRunning whether the prompt of a job runs here, or may by now
   */
  public Previews(
      Predicate<UUID> isRunning, Limits limits, ObjectMapper json, InstantSource clock) {
    this.isRunning = isRunning;
    this.limits = limits;
    this.json = json;
    this.clock = clock;
  }

  @Override
  public Frames connected(String backend) {
    return new Connection();
  }

  /** The newest preview of a job; empty if its prompt does not run here or has sent none. */
  public synchronized Optional<Preview> find(UUID job) {
    removeEnded();
    return Optional.ofNullable(kept.get(job)).map(Kept::preview);
  }

  /** The numbers of the previews that have come since the last call, by job. */
  public synchronized Map<UUID, Integer> takeNew() {
    removeEnded();
    Map<UUID, Integer> numbers = new HashMap<>();
    kept.replaceAll(
        (job, it) -> {
          if (it.isNew()) {
            numbers.put(job, it.preview().number());
          }
          return new Kept(it.preview(), it.at(), false);
        });
    return numbers;
  }

  private void removeEnded() {
    kept.entrySet()
        .removeIf(
            entry -> {
              boolean hasEnded = !isRunning.test(entry.getKey());
              if (hasEnded) {
                bytes -= entry.getValue().preview().picture().length();
              }
              return hasEnded;
            });
  }

  private synchronized void keep(UUID job, Buffer picture) {
    Optional<String> type = PictureType.of(picture);
    if (picture.length() > limits.bytes() || type.isEmpty() || !isRunning.test(job)) {
      return;
    }
    Kept before = kept.get(job);
    Instant now = clock.instant();
    if (before != null && now.isBefore(before.at().plus(limits.between()))) {
      return;
    }
    int freed = before == null ? 0 : before.preview().picture().length();
    if (bytes - freed + picture.length() > limits.bytesInAll()) {
      removeEnded();
    }
    if (bytes - freed + picture.length() > limits.bytesInAll()) {
      return;
    }
    int number = before == null ? 1 : before.preview().number() + 1;
    kept.put(job, new Kept(new Preview(number, type.get(), picture), now, true));
    bytes += picture.length() - freed;
  }

  /** The frames of one server, which are {@link PictureFrames described} elsewhere. */
  private final class Connection implements Frames {
    private static final int PICTURE = 1;
    private static final int PICTURE_WITH_METADATA = 4;
    private static final int HEADER = 2 * Integer.BYTES;
    private static final int LONGEST_METADATA = 65_536;

    private Optional<UUID> executing = Optional.empty();

    @Override
    public void text(String frame) {
      if (limits.bytesInAll() == 0 || !frame.contains("\"executing\"")) {
        return;
      }
      try {
        JsonNode message = SocketFrame.read(frame);
        if (message.path("type").asText().equals("executing")) {
          executing =
              message.at("/data/node").isTextual() ? id(message.path("data")) : Optional.empty();
        }
      } catch (IOException notJson) {
        LOG.debug("a text frame is not JSON", notJson);
      }
    }

    @Override
    public void binary(Buffer frame) {
      if (limits.bytesInAll() == 0 || frame.length() <= HEADER) {
        return;
      }
      int type = frame.getInt(0);
      if (type == PICTURE) {
        executing.ifPresent(job -> keep(job, frame.getBuffer(HEADER, frame.length())));
      } else if (type == PICTURE_WITH_METADATA) {
        withMetadata(frame, frame.getInt(Integer.BYTES));
      }
    }

    private void withMetadata(Buffer frame, int length) {
      if (length > 0 && length <= LONGEST_METADATA && frame.length() > HEADER + length) {
        try {
          JsonNode metadata = json.readTree(frame.getBytes(HEADER, HEADER + length));
          id(metadata)
              .ifPresent(job -> keep(job, frame.getBuffer(HEADER + length, frame.length())));
        } catch (IOException notJson) {
          LOG.debug("metadata of a preview is not JSON", notJson);
        }
      }
    }

    private static Optional<UUID> id(JsonNode data) {
      try {
        return Optional.of(UUID.fromString(data.path("prompt_id").asText()));
      } catch (IllegalArgumentException foreign) {
        return Optional.empty();
      }
    }
  }
}
