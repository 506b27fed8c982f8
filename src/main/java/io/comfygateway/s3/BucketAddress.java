package io.comfygateway.s3;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder of a bucket, {@code s3://bucket/prefix}.
 *
 * @param bucket the name of the bucket
 * @param prefix what the keys begin with: empty, or with a slash at the end
 */
public record BucketAddress(String bucket, String prefix) {
  // The rules of AWS for names; other servers have the same or fewer.
  private static final Pattern ADDRESS =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", Pattern.DOTALL);

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it is none; the message says what to write
   */
  public static BucketAddress parse(String value) {
    Matcher address = ADDRESS.matcher(value);
    if (!address.matches()) {
      throw new IllegalArgumentException(
          "it is not the address of a bucket; write s3://bucket or s3://bucket/prefix, with the name"
              + " of the bucket in small letters, digits, dots and hyphens");
    }
    String prefix = Optional.ofNullable(address.group(2)).orElse("");
    Optional<String> fault = KeyPrefix.whyNoPrefix(prefix);
    if (fault.isPresent()) {
      throw new IllegalArgumentException("the prefix " + fault.get());
    }
    return new BucketAddress(
        address.group(1), prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + prefix;
  }
}
