package io.comfygateway.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Signs links to one output that work without a key until they expire: HMAC-SHA256 over the job,
 * the output's index and the time of expiry.
 */
public final class SignedUrls {
  // Twelve digits reach beyond the year 30000 and do not overflow.
  private static final Pattern SECONDS = Pattern.compile("0|[1-9][0-9]{0,11}");

  private final byte[] key;
  private final InstantSource clock;

  public SignedUrls(MasterKey masterKey, InstantSource clock) {
    this.key = masterKey.derive("signed output urls");
    this.clock = clock;
  }

  /**
   * The query of a link, {@code expires=<seconds since 1970>&signature=<base64url>}.
   *
   * @param expires when the link expires; fractions of a second are dropped
   */
  public String sign(String jobId, int index, Instant expires) {
    String seconds = Long.toString(expires.getEpochSecond());
    return "expires=" + seconds + "&signature=" + signature(jobId, index, seconds);
  }

  /** Whether the link was signed for this output and has not expired. */
  public boolean verify(String jobId, int index, String expires, String signature) {
    if (!SECONDS.matcher(expires).matches()) {
      return false;
    }
    boolean signed =
        MessageDigest.isEqual(
            signature(jobId, index, expires).getBytes(StandardCharsets.UTF_8),
            signature.getBytes(StandardCharsets.UTF_8));
    return signed && clock.instant().getEpochSecond() < Long.parseLong(expires);
  }

  private String signature(String jobId, int index, String seconds) {
    String signed = jobId + "|" + index + "|" + seconds;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Hmac.sha256(key, signed.getBytes(StandardCharsets.UTF_8)));
  }
}
