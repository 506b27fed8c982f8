package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignedUrlsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant EXPIRES = NOW.plus(Duration.ofHours(1));

  private final MasterKey master = new MasterKey(MasterKey.randomBytes());
  private final SignedUrls urls = new SignedUrls(master, InstantSource.fixed(NOW));
  private String expires;
  private String signature;

  @BeforeEach
  void sign() {
    String query = urls.sign("job-1", 3, EXPIRES);
    assertThat(query).matches("expires=[0-9]+&signature=[A-Za-z0-9_-]{43}");
    expires = query.replaceAll("expires=([0-9]+).*", "$1");
    signature = query.replaceAll(".*signature=", "");
  }

  @Test
  void a_signed_link_is_accepted_until_the_second_of_its_expiry() {
    assertThat(urls.verify("job-1", 3, expires, signature)).isTrue();
    assertThat(at(EXPIRES.minusSeconds(1)).verify("job-1", 3, expires, signature)).isTrue();
    assertThat(at(EXPIRES).verify("job-1", 3, expires, signature)).isFalse();
    assertThat(at(EXPIRES.plusSeconds(1)).verify("job-1", 3, expires, signature)).isFalse();
  }

  @Test
  void another_job_or_another_output_is_refused() {
    assertThat(urls.verify("job-2", 3, expires, signature)).isFalse();
    assertThat(urls.verify("job-1", 4, expires, signature)).isFalse();
    assertThat(urls.verify("job-1|3", 3, expires, signature)).isFalse();
  }

  @Test
  void a_later_expiry_than_was_signed_is_refused() {
    String later = Long.toString(EXPIRES.getEpochSecond() + 1);

    assertThat(urls.verify("job-1", 3, later, signature)).isFalse();
  }

  @Test
  void odd_spellings_of_the_expiry_are_refused() {
    for (String odd :
        List.of("", "x", "-1", "+" + expires, "0" + expires, expires + " ", "9".repeat(30))) {
      assertThat(urls.verify("job-1", 3, odd, signature)).as(odd).isFalse();
    }
  }

  @Test
  void a_signature_that_was_changed_anywhere_is_refused() {
    for (int i = 0; i < signature.length(); i++) {
      String changed =
          signature.substring(0, i)
              + (signature.charAt(i) == 'A' ? 'B' : 'A')
              + signature.substring(i + 1);
      assertThat(urls.verify("job-1", 3, expires, changed)).as(changed).isFalse();
    }
    assertThat(urls.verify("job-1", 3, expires, "")).isFalse();
    assertThat(urls.verify("job-1", 3, expires, signature + "=")).isFalse();
  }

  @Test
  void a_link_of_a_gateway_with_another_master_key_is_refused() {
    SignedUrls others =
        new SignedUrls(new MasterKey(MasterKey.randomBytes()), InstantSource.fixed(NOW));

    assertThat(others.verify("job-1", 3, expires, signature)).isFalse();
  }

  private SignedUrls at(Instant instant) {
    return new SignedUrls(master, InstantSource.fixed(instant));
  }
}
