package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SealerTest {
  private static final byte[] PLAIN = "api-key-of-a-caller".getBytes(StandardCharsets.UTF_8);

  private final MasterKey master = new MasterKey(MasterKey.randomBytes());
  private final Sealer sealer = new Sealer(master, "extra-data");

  @Test
  void what_was_sealed_opens_again_also_after_a_restart() {
    byte[] sealed = sealer.seal(PLAIN, "job-1");

    assertThat(new Sealer(master, "extra-data").open(sealed, "job-1")).isEqualTo(PLAIN);
    assertThat(sealer.open(sealer.seal(new byte[0], "job-1"), "job-1")).isEmpty();
  }

  @Test
  void sealing_twice_gives_different_bytes_that_do_not_show_the_content() {
    byte[] sealed = sealer.seal(PLAIN, "job-1");

    assertThat(sealed).isNotEqualTo(sealer.seal(PLAIN, "job-1"));
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("api-key");
  }

  @Test
  void a_change_of_any_single_byte_is_noticed() {
    byte[] sealed = sealer.seal(PLAIN, "job-1");

    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> sealer.open(changed, "job-1"))
          .as("byte %d", i)
          .isInstanceOf(SealBrokenException.class);
    }
  }

  @Test
  void a_value_that_was_cut_is_noticed_at_every_length() {
    byte[] sealed = sealer.seal(PLAIN, "job-1");

    for (int length = 0; length < sealed.length; length++) {
      byte[] cut = Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> sealer.open(cut, "job-1"))
          .as("length %d", length)
          .isInstanceOf(SealBrokenException.class);
    }
  }

  @Test
  void another_job_another_purpose_and_another_master_key_cannot_open_it() {
    byte[] sealed = sealer.seal(PLAIN, "job-1");

    assertThatThrownBy(() -> sealer.open(sealed, "job-2"))
        .isInstanceOf(SealBrokenException.class)
        .hasMessageContaining("job-2");
    assertThatThrownBy(() -> new Sealer(master, "webhook").open(sealed, "job-1"))
        .isInstanceOf(SealBrokenException.class);
    MasterKey other = new MasterKey(MasterKey.randomBytes());
    assertThatThrownBy(() -> new Sealer(other, "extra-data").open(sealed, "job-1"))
        .isInstanceOf(SealBrokenException.class);
  }
}
