package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.route.Contract.Place;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContractTest {
  private final Contract contract = Contract.shipped();

  private Optional<String> operation(String method, String path) {
    return contract
        .match(path)
        .flatMap(match -> match.operation(method))
        .map(Contract.Operation::id);
  }

  @Test
  void a_path_is_that_of_its_operation() {
    assertThat(operation("GET", "/keys")).contains("listKeys");
    assertThat(operation("POST", "/keys")).contains("createKey");
    assertThat(operation("HEAD", "/jobs/1/outputs/0")).contains("getOutput");
    assertThat(operation("PUT", "/keys")).isEmpty();
    assertThat(contract.match("/keys")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/KEYS",
        "/Keys",
        "//keys",
        "/keys/",
        "/keys//",
        "/docs/../keys",
        "/docs/%2e%2e",
        "/./keys",
        "/%6beys",
        "/%4bEYS",
        "/keys%2f",
        "/keys;a=b",
        "/keys%20",
        "/keys%00",
        "keys/rotate",
        "/jobs/",
        "/jobs/..",
        "/jobs/%2E",
        "/",
        "",
        "/webhook/"
      })
  void a_path_that_is_written_in_another_way_is_none(String path) {
    assertThat(contract.match(path)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/webhook/txt2img%401, txt2img@1",
    "/webhook/txt2img@1, txt2img@1",
    "/webhook/folder%2Fname, folder/name",
    "/webhook/a+b%20c, a+b c",
    "/webhook/%E7%8C%AB, 猫",
    "/webhook/%61, a"
  })
  void a_parameter_of_the_path_is_decoded_once(String path, String value) {
    assertThat(contract.match(path).orElseThrow().values()).containsEntry("workflow", value);
  }

  @Test
  void a_percent_sign_that_is_encoded_twice_stays_one() {
    assertThat(contract.match("/webhook/a%2541").orElseThrow().values())
        .containsEntry("workflow", "a%41");
  }

  @Test
  void what_cannot_be_decoded_is_no_path() {
    assertThat(contract.match("/webhook/%zz")).isEmpty();
  }

  @Test
  void an_operation_knows_where_each_of_its_parameters_stands() {
    Contract.Operation list = contract.match("/jobs").orElseThrow().operation("GET").orElseThrow();

    assertThat(list.of(Place.QUERY))
        .extracting(Contract.Parameter::name)
        .contains("status", "workflow", "metadata", "limit");
    assertThat(list.of(Place.HEADER)).isEmpty();
    Contract.Parameter metadata =
        list.of(Place.QUERY).stream()
            .filter(it -> it.name().equals("metadata"))
            .findFirst()
            .orElseThrow();
    assertThat(metadata.isNamed("metadata.order")).isTrue();
    assertThat(metadata.isNamed("metadata")).isFalse();
    assertThat(contract.operations()).hasSizeGreaterThan(15);
  }

  @ParameterizedTest
  @CsvSource({
    "/keys, true",
    "/webhook/special, true",
    "/{any}, true",
    "/jobs/{id}/outputs/{index}, true",
    "/extra, false",
    "/my/keys, false",
    "/KEYS, false"
  })
  void a_path_that_the_contract_could_take_is_reserved(String path, boolean reserved) {
    assertThat(contract.reserves(path)).isEqualTo(reserved);
  }

  @Test
  void a_plain_path_has_one_reading() {
    assertThat(Contract.isPlain("/hello/world")).isTrue();
    assertThat(Contract.isPlain("/hello/")).isTrue();
    assertThat(Contract.isPlain("//hello")).isFalse();
    assertThat(Contract.isPlain("/a/%2e%2E/hello")).isFalse();
    assertThat(Contract.isPlain("/a/./hello")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/flows/a/runs/3, a, 3",
    "/flows/shop/a/runs/3, shop/a, 3",
    "/flows/shop%2Fa/runs/3, shop/a, 3",
    "/flows/shop/runs/runs/3, shop/runs, 3"
  })
  void a_parameter_of_several_segments_may_stand_within_the_path(
      String path, String name, String run) throws IOException {
    Contract.Match match = flows().match(path).orElseThrow();

    assertThat(match.values()).containsEntry("name", name).containsEntry("run", run);
    assertThat(match.path()).isEqualTo("/flows/" + name.replace("/", "%2F") + "/runs/" + run);
  }

  @Test
  void a_path_with_more_literals_takes_precedence_over_a_longer_parameter() throws IOException {
    assertThat(flows().match("/flows/shop/runs/3").orElseThrow().values()).containsKey("run");
    assertThat(flows().match("/flows/shop%2Fruns%2F3").orElseThrow().values())
        .containsExactly(Map.entry("name", "shop/runs/3"));
    assertThat(flows().match("/flows/runs/3").orElseThrow().values())
        .containsExactly(Map.entry("name", "runs/3"));
    assertThat(flows().match("/flows//runs/3")).isEmpty();
    assertThat(flows().match("/flows/a/../runs/3")).isEmpty();
  }

  private static Contract flows() throws IOException {
    return Contract.of(
        new ObjectMapper()
            .readTree(
                """
                {"paths": {
                  "/flows/{name}": {"get": {"operationId": "show", "parameters": [
                    {"name": "name", "in": "path", "x-multi-segment": true}]}},
                  "/flows/{name}/runs/{run}": {"get": {"operationId": "run", "parameters": [
                    {"name": "name", "in": "path", "x-multi-segment": true},
                    {"name": "run", "in": "path"}]}}}}
                """));
  }
}
