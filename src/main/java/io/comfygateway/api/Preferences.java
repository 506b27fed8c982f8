package io.comfygateway.api;

import io.comfygateway.picture.PictureRequest;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * How a request wants to be answered: {@code Prefer: wait=30} (RFC 7240), {@code Accept}, and
 * {@code ?respond=} for callers that cannot set headers.
 *
 * @param hold how long the request is held at most; zero is a response at once
 * @param binary whether the response is the first output's bytes
 * @param files how all outputs are in the response beside the job; empty if they are not
 * @param picture the form that pictures have in the response; empty for theirs
 */
record Preferences(
    Duration hold,
    boolean binary,
    Optional<JobWithFiles.Form> files,
    Optional<PictureRequest> picture) {
  /** The exchange property with {@link #picture}. */
  static final String PICTURE = "picture";

  private static final Pattern WAIT =
      Pattern.compile(
          "(?<![^,;\\s])wait(?:\\s*+=\\s*+\"?+(\\d{1,6}+)\"?+)?+(?=$|[,;\\s])",
          Pattern.CASE_INSENSITIVE);

  /** Reads them; no request is held for longer than {@code longest}. */
  static Preferences of(Exchange exchange, Duration longest) {
    Message request = exchange.getMessage();
    Preferences plain = of(request, longest);
    Optional<PictureRequest> picture =
        PictureRequest.of(name -> request.getHeader(name, String.class));
    if (picture.isPresent() && !plain.binary && plain.files.isEmpty()) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "format, quality, width, height and metadata are for outputs in the response; add "
              + (isRead(request)
                  ? "respond=base64 or respond=multipart."
                  : "respond=binary, respond=base64 or respond=multipart."));
    }
    return new Preferences(plain.hold, plain.binary, plain.files, picture);
  }

  private static boolean isRead(Message request) {
    return "GET".equals(request.getHeader(Exchange.HTTP_METHOD));
  }

  private static Preferences of(Message request, Duration longest) {
    Optional<String> respond = Optional.ofNullable(request.getHeader("respond", String.class));
    if (respond.isPresent()) {
      boolean isRead = isRead(request);
      return ofQuery(
          respond.get(), isRead, waitOf(request, longest).orElse(isRead ? Duration.ZERO : longest));
    }
    String accept = request.getHeader("Accept", "", String.class).toLowerCase(Locale.ROOT);
    boolean media =
        accept.startsWith("image/")
            || accept.startsWith("video/")
            || accept.startsWith("audio/")
            || accept.startsWith("application/octet-stream");
    // Such a caller accepts no response without a file.
    Duration unsaid = media ? longest : Duration.ZERO;
    return new Preferences(
        waitOf(request, longest).orElse(unsaid), media, Optional.empty(), Optional.empty());
  }

  private static Preferences ofQuery(String respond, boolean isRead, Duration wait) {
    Optional<JobWithFiles.Form> files = JobWithFiles.Form.ofWord(respond);
    if (files.isPresent()) {
      return new Preferences(wait, false, files, Optional.empty());
    }
    return switch (isRead ? "" : respond) {
      case "accepted" -> new Preferences(Duration.ZERO, false, files, Optional.empty());
      case "result" -> new Preferences(wait, false, files, Optional.empty());
      case "binary" -> new Preferences(wait, true, files, Optional.empty());
      default ->
          throw new Problem(
              ProblemType.INVALID_REQUEST,
              "respond is \"%s\"; it is %s."
                  .formatted(
                      respond,
                      isRead
                          ? "base64 or multipart"
                          : "accepted, result, binary, base64 or multipart"));
    };
  }

  private static Optional<Duration> waitOf(Message request, Duration longest) {
    Object prefer = request.getHeader("Prefer");
    Matcher matcher = WAIT.matcher(prefer == null ? "" : prefer.toString());
    if (!matcher.find()) {
      return Optional.empty();
    }
    Duration wait =
        matcher.group(1) == null ? longest : Duration.ofSeconds(Long.parseLong(matcher.group(1)));
    return Optional.of(wait.compareTo(longest) > 0 ? longest : wait);
  }
}
