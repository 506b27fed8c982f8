package io.comfygateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import java.io.IOException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How a line of the log looks, and how often it comes. */
class LogLayoutTest {
  private static final Exception WHY =
      new IllegalStateException("cannot store", new IOException("No space left on device"));

  private final LoggerContext context = new LoggerContext();
  private final Logger logger = context.getLogger("io.comfygateway.api.ProblemResponses");
  private final AtomicLong nano = new AtomicLong();
  private final RepeatedFailures repeated = new RepeatedFailures(nano::get);

  private LoggingEvent event(Level level, Throwable why, String text, Object... arguments) {
    return new LoggingEvent("here", logger, level, text, why, arguments);
  }

  private String line(String format, LoggingEvent event) {
    LogLayout layout = new LogLayout();
    layout.setContext(context);
    layout.setFormat(format);
    layout.start();
    return layout.doLayout(event);
  }

  @Test
  void a_line_of_text_begins_with_date_time_and_zone() {
    String line = line("text", event(Level.INFO, null, "queued job={}", "4711"));

    OffsetDateTime time = OffsetDateTime.parse(line.substring(0, line.indexOf(' ')));
    assertThat(Duration.between(time.toInstant(), java.time.Instant.now()).abs())
        .isLessThan(Duration.ofMinutes(1));
    assertThat(line)
        .contains(" INFO  ProblemResponses ")
        .endsWith("queued job=4711" + System.lineSeparator());
  }

  @Test
  void a_line_of_json_is_one_object_with_the_error_in_it() throws Exception {
    String line = line("json", event(Level.ERROR, WHY, "request \"failed\"\npath={}", "/jobs"));

    JsonNode json = TestJson.MAPPER.readTree(line);
    assertThat(line.strip()).doesNotContain("\n");
    assertThat(OffsetDateTime.parse(json.path("time").asText()).getOffset().getId()).isEqualTo("Z");
    assertThat(json.path("level").asText()).isEqualTo("ERROR");
    assertThat(json.path("logger").asText()).isEqualTo("ProblemResponses");
    assertThat(json.path("message").asText()).isEqualTo("request \"failed\"\npath=/jobs");
    assertThat(json.path("error").asText())
        .isEqualTo(
            "java.lang.IllegalStateException: cannot store; cause: java.io.IOException: No space left on device");
  }

  @Test
  void a_line_of_logfmt_quotes_what_has_blanks() {
    String line = line("logfmt", event(Level.WARN, null, "store is \"down\""));

    assertThat(line.strip())
        .startsWith("time=")
        .contains(" level=WARN logger=ProblemResponses ")
        .endsWith("message=\"store is \\\"down\\\"\"");
  }

  @Test
  void what_goes_on_failing_is_told_once_a_minute_and_how_often_it_failed() {
    assertThat(repeated.decide(event(Level.ERROR, WHY, "request failed path={}", "/a")))
        .isEqualTo(FilterReply.NEUTRAL);
    for (int n = 0; n < 1_000; n++) {
      nano.addAndGet(Duration.ofMillis(50).toNanos());
      assertThat(repeated.decide(event(Level.ERROR, WHY, "request failed path={}", "/" + n)))
          .isEqualTo(FilterReply.DENY);
    }

    nano.addAndGet(Duration.ofSeconds(10).toNanos());
    LoggingEvent next = event(Level.ERROR, WHY, "request failed path={}", "/b");

    assertThat(repeated.decide(next)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(next.getKeyValuePairs())
        .extracting(pair -> pair.key + "=" + pair.value)
        .containsExactly("left_out=1000");
    assertThat(line("text", next)).contains("path=/b left_out=\"1000\"");
  }

  @Test
  void another_failure_and_what_is_no_failure_is_always_told() {
    repeated.decide(event(Level.ERROR, WHY, "request failed path={}", "/a"));

    assertThat(
            repeated.decide(
                event(
                    Level.ERROR,
                    new IOException(new NullPointerException()),
                    "request failed path={}",
                    "/a")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(repeated.decide(event(Level.WARN, null, "dead letter delivery={}", 1)))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(repeated.decide(event(Level.WARN, null, "dead letter delivery={}", 2)))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(repeated.decide(event(Level.WARN, null, "dead letter delivery={}", 2)))
        .isEqualTo(FilterReply.DENY);
    assertThat(repeated.decide(event(Level.INFO, null, "queued")))
        .isEqualTo(repeated.decide(event(Level.INFO, null, "queued")))
        .isEqualTo(FilterReply.NEUTRAL);
  }

  @Test
  void refusals_in_the_audit_log_are_all_kept() {
    LoggingEvent refusal =
        new LoggingEvent(
            "here", context.getLogger("audit"), Level.WARN, "decision=refused", null, null);

    assertThat(repeated.decide(refusal))
        .isEqualTo(repeated.decide(refusal))
        .isEqualTo(FilterReply.NEUTRAL);
  }
}
