package io.comfygateway.webhook;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The headers that a caller wants its callbacks to carry, such as {@code Authorization} for an n8n
 * webhook. They may add to what the gateway sends and never change it.
 */
public final class CallbackHeaders {
  private static final int MAX_COUNT = 20;
  private static final int MAX_NAME = 128;
  private static final int MAX_VALUE = 4096;
  private static final int MAX_TOTAL = 8192;

  // A token, and what may stand in a value (RFC 9110, sections 5.6.2 and 5.5).
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");

  // Of one connection (RFC 9110, section 7.6.1), or the gateway's own to say.
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "connection",
          "keep-alive",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "http2-settings",
          "user-agent");

  // The last two steer Camel's HTTP client, up to the address that it connects to.
  private static final List<String> RESERVED_STARTS =
      List.of("webhook-", "content-", "proxy-", "camel", "org.apache.camel");

  private CallbackHeaders() {}

  /**
   * @param headers by name, as the caller gave them
   * @return the same, in the same order, without spaces around the values
   * @throws Problem {@link ProblemType#INVALID_INPUT} that names every faulty header under {@code
   *     /callback/headers}
   */
  public static Map<String, String> check(Map<String, String> headers) {
    List<Fault> faults = new ArrayList<>();
    Map<String, String> checked = new LinkedHashMap<>();
    Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    int total = 0;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String name = header.getKey();
      String value = header.getValue() == null ? "" : header.getValue();
      fault(name, value, !seen.add(name))
          .ifPresent(detail -> faults.add(new Fault(pointer(name), detail)));
      total += name.length() + value.length();
      checked.put(name, trim(value));
    }
    if (headers.size() > MAX_COUNT || total > MAX_TOTAL) {
      faults.add(
          new Fault(
              "/callback/headers",
              "At most %d headers of %d characters in all are sent."
                  .formatted(MAX_COUNT, MAX_TOTAL)));
    }
    if (!faults.isEmpty()) {
      throw new Problem(
          ProblemType.INVALID_INPUT,
          "The callback's headers are not valid: " + faults.get(0).detail(),
          faults);
    }
    return checked;
  }

  private static Optional<String> fault(String name, String value, boolean twice) {
    if (!NAME.matcher(name).matches() || name.length() > MAX_NAME) {
      return Optional.of(
          "A header's name is 1 to %d letters, digits and dashes.".formatted(MAX_NAME));
    }
    if (isReserved(name.toLowerCase(Locale.ROOT))) {
      return Optional.of("The header " + name + " is the gateway's own. Leave it out.");
    }
    if (twice) {
      return Optional.of("The header " + name + " stands twice, in different letter case.");
    }
    if (!VALUE.matcher(value).matches()) {
      return Optional.of(
          "The value of " + name + " may hold printable ASCII only, and no line break.");
    }
    if (value.length() > MAX_VALUE) {
      return Optional.of(
          "The value of %s is longer than %d characters.".formatted(name, MAX_VALUE));
    }
    return Optional.empty();
  }

  private static boolean isReserved(String name) {
    return RESERVED.contains(name) || RESERVED_STARTS.stream().anyMatch(name::startsWith);
  }

  // Only what a header's value may be padded with: strip() would take more.
  private static String trim(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && isPadding(value.charAt(start))) {
      start++;
    }
    while (start < end && isPadding(value.charAt(end - 1))) {
      end--;
    }
    return value.substring(start, end);
  }

  private static boolean isPadding(char c) {
    return c == '\t' || c == ' ';
  }

  private static String pointer(String name) {
    return "/callback/headers/" + name.replace("~", "~0").replace("/", "~1");
  }
}
