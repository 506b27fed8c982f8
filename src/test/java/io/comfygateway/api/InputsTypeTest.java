package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputsTypeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode adapted(String input) throws IOException {
    ObjectNode schema = JSON.createObjectNode();
    schema.putObject("properties").set("it", JSON.readTree(input.replace('\'', '"')));
    return InputsType.of(schema).at("/properties/it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'integer','minimum':0,'maximum':18446744073709551615} | 0 | 9223372036854775807",
        "{'type':'integer','minimum':-18446744073709551615,'maximum':9} | -9223372036854775808 | 9",
        "{'type':'integer','maximum':2147483648} | '' | 2147483648",
        "{'type':'integer'} | '' | ''"
      })
  void a_number_that_no_int_holds_is_an_int64_with_limits_that_it_holds(
      String input, String min, String max) throws IOException {
    JsonNode adapted = adapted(input);

    assertThat(adapted.path("format").asText()).isEqualTo("int64");
    assertThat(adapted.path("minimum").asText()).isEqualTo(min);
    assertThat(adapted.path("maximum").asText()).isEqualTo(max);
  }

  @Test
  void a_number_within_an_int_has_no_format() throws IOException {
    assertThat(
            adapted("{'type':'integer','minimum':-2147483648,'maximum':2147483647}").has("format"))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'enum':['a','b'],'default':'c'}",
        "{'enum':[1,2],'default':3}",
        "{'type':'integer','minimum':0,'maximum':9,'default':10}",
        "{'type':'number','minimum':0.5,'default':0}",
        "{'type':'integer','maximum':9,'default':'9'}",
        "{'type':'string','default':null}"
      })
  void a_default_that_would_be_refused_is_left_out(String input) throws IOException {
    assertThat(adapted(input).has("default")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'enum':['a','b'],'default':'b'}",
        "{'enum':[1,2.0],'default':2}",
        "{'type':'integer','minimum':0,'maximum':9,'default':9}",
        "{'type':'boolean','default':false}",
        "{'default':[1]}"
      })
  void a_default_that_is_valid_stays(String input) throws IOException {
    assertThat(adapted(input).has("default")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "['a','b'] | string",
        "[1,2] | integer",
        "[1,2.5] | number",
        "[true,false] | boolean",
        "['a',1] | ''"
      })
  void choices_have_the_type_that_all_of_them_are_of(String choices, String type)
      throws IOException {
    assertThat(adapted("{'enum':" + choices + "}").path("type").asText()).isEqualTo(type);
  }
}
