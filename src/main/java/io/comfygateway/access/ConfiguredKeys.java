package io.comfygateway.access;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the setting {@code GATEWAY_API_KEYS}: {@code name:secret[:scope+scope]}, comma separated. A
 * name may occur twice with two secrets, during rotation.
 */
final class ConfiguredKeys {
  private static final int MIN_SECRET = 16;

  // What a header value can carry unquoted (RFC 9110, section 5.5).
  private static final Pattern SECRET = Pattern.compile("[\\x21-\\x7e]+");

  private final boolean loopbackOnly;
  private final Set<String> secrets = new HashSet<>();

  ConfiguredKeys(boolean loopbackOnly) {
    this.loopbackOnly = loopbackOnly;
  }

  List<KeyRecord> parse(String setting) {
    List<KeyRecord> keys = new ArrayList<>();
    if (setting.isBlank()) {
      return keys;
    }
    String[] entries = setting.split(",", -1);
    for (int i = 0; i < entries.length; i++) {
      keys.add(parseEntry("GATEWAY_API_KEYS: entry " + (i + 1), entries[i].strip()));
    }
    return keys;
  }

  private KeyRecord parseEntry(String where, String entry) {
    String[] parts = entry.split(":", -1);
    // Without a colon or a valid name, the first part may be the secret: it is not repeated.
    if (parts.length < 2) {
      throw new IllegalArgumentException(
          where + " has no secret. Write name:secret or name:secret:run+raw.");
    }
    if (!KeyRequest.NAME.matcher(parts[0]).matches()) {
      throw new IllegalArgumentException(
          where + ": a name is 1 to 64 letters, digits, dots, dashes and underscores.");
    }
    String named = where + " (" + parts[0] + ")";
    if (parts.length > 3) {
      throw new IllegalArgumentException(
          named + " has too many parts. A secret must not contain : or a comma.");
    }
    checkSecret(named, parts[1]);
    return KeyRecord.of(parts[0], SecretHash.ofSetting(parts[0], parts[1]), scopes(named, parts));
  }

  private void checkSecret(String named, String secret) {
    if (!SECRET.matcher(secret).matches()) {
      throw new IllegalArgumentException(
          named + ": the secret must be printable ASCII characters without spaces.");
    }
    if (secret.length() < MIN_SECRET && !loopbackOnly) {
      throw new IllegalArgumentException(
          named
              + (": the secret is shorter than %d characters, too short for a gateway that is"
                      + " reachable from other machines. Use a longer one, such as the output of"
                      + " openssl rand -hex 32.")
                  .formatted(MIN_SECRET));
    }
    if (!secrets.add(secret)) {
      throw new IllegalArgumentException(
          named + ": an earlier entry has the same secret. Give each key its own.");
    }
  }

  private static Set<Scope> scopes(String named, String[] parts) {
    if (parts.length == 2) {
      return EnumSet.of(Scope.RUN);
    }
    try {
      return Scope.parse(parts[2]);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          named + ": " + e.getMessage() + ". A secret must not contain : or a comma.", e);
    }
  }
}
