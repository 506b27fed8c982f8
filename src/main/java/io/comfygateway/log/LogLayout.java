package io.comfygateway.log;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * Formats a line of the log as text, logfmt or JSON ({@code GATEWAY_LOG_FORMAT}). Each line has the
 * date, time and zone (ISO 8601).
 */
public final class LogLayout extends LayoutBase<ILoggingEvent> {
  private static final String TEXT =
      "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"} %-5level %-22logger{0} %msg%replace( %kvp){' $', ''}%n%ex{short}";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);
  private static final List<String> FORMATS = List.of("text", "logfmt", "json");
  private static final int MAX_CAUSES = 5;

  private final PatternLayout text = new PatternLayout();
  private String format = "text";

  /** Sets {@code text}, {@code logfmt} or {@code json}; any other value means text. */
  public void setFormat(String format) {
    this.format = format;
  }

  /**
   * Checks a value of {@code GATEWAY_LOG_FORMAT}.
   *
   * @throws IllegalArgumentException where it is not a format; the message lists them
   */
  public static void requireFormat(String value) {
    if (!FORMATS.contains(value)) {
      throw new IllegalArgumentException("\"" + value + "\" is not text, logfmt or json");
    }
  }

  @Override
  public void start() {
    text.setContext(getContext());
    text.setPattern(TEXT);
    text.start();
    super.start();
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    return switch (format) {
      case "logfmt" -> logfmt(fields(event));
      case "json" -> fields(event) + System.lineSeparator();
      default -> text.doLayout(event);
    };
  }

  private ObjectNode fields(ILoggingEvent event) {
    String logger = event.getLoggerName();
    ObjectNode fields =
        JsonNodeFactory.instance
            .objectNode()
            .put("time", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())))
            .put("level", event.getLevel().toString())
            .put("logger", logger.substring(logger.lastIndexOf('.') + 1))
            .put("thread", event.getThreadName())
            .put("message", event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        fields.put(pair.key, String.valueOf(pair.value));
      }
    }
    if (event.getThrowableProxy() != null) {
      fields.put("error", error(event.getThrowableProxy()));
    }
    return fields;
  }

  private static String error(IThrowableProxy thrown) {
    StringBuilder text = new StringBuilder();
    IThrowableProxy cause = thrown;
    for (int n = 0; cause != null && n < MAX_CAUSES; n++) {
      text.append(n == 0 ? "" : "; cause: ")
          .append(cause.getClassName())
          .append(": ")
          .append(cause.getMessage());
      cause = cause.getCause();
    }
    return text.toString();
  }

  private static String logfmt(ObjectNode fields) {
    StringBuilder line = new StringBuilder();
    fields
        .properties()
        .forEach(
            field ->
                line.append(line.isEmpty() ? "" : " ")
                    .append(field.getKey())
                    .append('=')
                    .append(value(field.getValue().asText())));
    return line.append(System.lineSeparator()).toString();
  }

  private static String value(String text) {
    boolean isPlain =
        !text.isEmpty()
            && text.chars()
                .allMatch(
                    letter -> letter > ' ' && letter != '"' && letter != '=' && letter != 127);
    return isPlain ? text : TextNode.valueOf(text).toString();
  }
}
