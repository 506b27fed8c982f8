package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JqRuleTest {
  private final DefaultCamelContext context = new DefaultCamelContext();
  private final JqRule rule = new JqRule(context);

  @AfterEach
  void close() throws IOException {
    context.close();
  }

  private List<FileFault> faults(String expression) {
    return rule.faults(
        "custom/mine.camel.yaml",
        RouteText.of(
            """
            - route:
                id: mine
                from:
                  uri: direct:mine
                  steps:
                    - setBody:
                        jq:
                          expression: |
                            %s
            """
                .formatted(expression)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".",
        "if .a then \"x\\(.b | length)\" else {a, \"b\": 1, c: (.d | keys), (.e): $__loc__} end",
        "def twice(f; $n): f | f; . as [$x, {a: $y}] | twice(. + $x; 2) | @base64",
        "def f: 1; reduce .[] as $z (f; . + $z) | label $out | break $out",
        "try error({pointer: \"/a\", detail: \"b\"}) catch . | path(..)?",
        "property(\"graph\") | header(\"a\") | .keys.length",
        ".n = {{gateway.port}}",
        "resource:classpath:my.jq"
      })
  void what_compiles_and_calls_what_is_there_is_no_fault(String expression) {
    assertThat(faults(expression)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".a = (          | The jq expression does not compile: it ends too early",
        ".a (.b)         | The jq expression does not compile: \"(\" does not fit at line 1, column 4",
        "& .a            | The jq expression does not compile",
        "lenght          | jq has no function \"lenght\"; did you mean \"length\"?",
        "map(.a; .b)     | The jq function \"map\" is given 2 arguments and takes 1",
        "def f(g): g; f  | jq has no function \"f\"",
      })
  void a_fault_is_named_with_its_line(String expression, String detail) {
    assertThat(faults(expression))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.line()).isEqualTo(8);
              assertThat(fault.detail()).startsWith(detail);
            });
  }

  @Test
  void a_call_inside_a_text_is_looked_at() {
    assertThat(faults("\"a \\(.a | nix) b\""))
        .singleElement()
        .satisfies(fault -> assertThat(fault.detail()).isEqualTo("jq has no function \"nix\""));
  }

  @Test
  void many_brackets_are_a_fault_and_end_nothing() {
    assertThat(faults("(".repeat(100_000)))
        .singleElement()
        .satisfies(fault -> assertThat(fault.detail()).contains("does not compile"));
  }
}
