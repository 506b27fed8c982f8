package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.SettableClock;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which pictures of samplers at work are kept, and for how long. */
class PreviewsTest {
  private static final UUID JOB = UUID.fromString("0d5a6b2e-6f0a-4c38-9a51-3f2b8f0f7c11");
  private static final UUID OTHER = UUID.fromString("1d5a6b2e-6f0a-4c38-9a51-3f2b8f0f7c11");
  private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE0};
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

  private final Set<UUID> running = new HashSet<>(Set.of(JOB, OTHER));
  private final SettableClock clock = new SettableClock();
  private final Previews previews = with(100, 150);
  private final FrameListener.Frames frames = previews.connected("gpu");

  private Previews with(int bytes, int inAll) {
    return new Previews(
        running::contains,
        new Previews.Limits(bytes, inAll, Duration.ofMillis(500)),
        new ObjectMapper(),
        clock);
  }

  private static String executing(UUID job, String node) {
    return "{\"type\":\"executing\",\"data\":{\"node\":%s,\"prompt_id\":\"%s\"}}"
        .formatted(node, job);
  }

  private static Buffer picture(byte[] begin, int length) {
    return Buffer.buffer(begin).appendBytes(new byte[length - begin.length]);
  }

  private static Buffer plain(Buffer picture) {
    return Buffer.buffer().appendInt(1).appendInt(1).appendBuffer(picture);
  }

  private static Buffer named(UUID job, Buffer picture) {
    byte[] metadata = "{\"prompt_id\":\"%s\"}".formatted(job).getBytes();
    return Buffer.buffer()
        .appendInt(4)
        .appendInt(metadata.length)
        .appendBytes(metadata)
        .appendBuffer(picture);
  }

  @Test
  void a_picture_belongs_to_the_prompt_that_executes() {
    frames.binary(plain(picture(JPEG, 50)));
    frames.text(executing(JOB, "\"3\""));
    frames.binary(plain(picture(JPEG, 60)));
    frames.text(executing(JOB, "null"));
    frames.binary(plain(picture(JPEG, 70)));

    assertThat(previews.find(JOB))
        .contains(new Previews.Preview(1, "image/jpeg", picture(JPEG, 60)));
  }

  @Test
  void or_to_the_one_that_it_names() {
    frames.text(executing(JOB, "\"3\""));
    frames.binary(named(OTHER, picture(PNG, 20)));

    assertThat(previews.find(JOB)).isEmpty();
    assertThat(previews.find(OTHER)).map(Previews.Preview::contentType).contains("image/png");
  }

  @Test
  void the_newest_counts_and_at_most_two_a_second() {
    frames.binary(named(JOB, picture(PNG, 20)));
    clock.advance(Duration.ofMillis(499));
    frames.binary(named(JOB, picture(PNG, 30)));
    assertThat(previews.takeNew()).isEqualTo(Map.of(JOB, 1));
    assertThat(previews.takeNew()).isEmpty();

    clock.advance(Duration.ofMillis(1));
    frames.binary(named(JOB, picture(PNG, 40)));

    assertThat(previews.takeNew()).isEqualTo(Map.of(JOB, 2));
    assertThat(previews.find(JOB)).map(it -> it.picture().length()).contains(40);
  }

  @Test
  void it_is_gone_with_the_prompt_and_leaves_its_room_to_others() {
    frames.binary(named(JOB, picture(PNG, 100)));
    frames.binary(named(OTHER, picture(PNG, 100)));
    assertThat(previews.find(OTHER)).isEmpty();

    running.remove(JOB);
    frames.binary(named(OTHER, picture(PNG, 100)));

    assertThat(previews.find(JOB)).isEmpty();
    assertThat(previews.find(OTHER)).isPresent();
    frames.binary(named(JOB, picture(PNG, 20)));
    assertThat(previews.find(JOB)).isEmpty();
  }

  @Test
  void what_is_no_picture_or_too_large_is_not_kept() {
    frames.binary(named(JOB, picture(PNG, 101)));
    frames.binary(named(JOB, picture("<svg xmlns=".getBytes(), 50)));
    frames.binary(named(JOB, picture("RIFF".getBytes(), 50)));
    frames.binary(Buffer.buffer().appendInt(4).appendInt(-1).appendBytes(JPEG));
    frames.binary(Buffer.buffer().appendInt(4).appendInt(1_000_000).appendBytes(JPEG));
    frames.binary(Buffer.buffer(JPEG));
    frames.text("executing");

    assertThat(previews.find(JOB)).isEmpty();
    frames.binary(named(JOB, picture("RIFFxxxxWEBP".getBytes(), 50)));
    assertThat(previews.find(JOB)).map(Previews.Preview::contentType).contains("image/webp");
  }

  @Test
  void with_no_room_none_is_kept() {
    Previews none = with(100, 0);
    none.connected("gpu").binary(named(JOB, picture(PNG, 20)));

    assertThat(none.find(JOB)).isEmpty();
  }
}
