package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.problem.Problem;
import io.comfygateway.route.Contract;
import io.comfygateway.route.Contract.Parameter;
import io.comfygateway.route.Contract.Place;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownQueryTest {
  private static final Contract CONTRACT = Contract.shipped();

  private static Contract.Operation operation(String id) {
    return CONTRACT.operations().stream()
        .filter(operation -> operation.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "submitWorkflow | respond=result&wait=30 | Prefer: wait=30, or ?respond=result",
        "submitWorkflow | prompt=a%20cat         | belong in the body, not in the URL. Known: respond, format, quality, width, height, metadata.",
        "submitWorkflow | repsond=binary         | did you mean \"respond\"?",
        "submitBatch    | respond=binary         | This operation takes none.",
        "listJobs       | stauts=failed          | did you mean \"status\"?",
        "listJobs       | metadata=x             | metadata.<field>",
        "getJob         | wait=2                 | send the header Prefer: wait=30",
        "submitBatch    | wait=2                 | A batch is not waited for"
      })
  void a_parameter_that_nobody_reads_is_refused_with_what_to_do(
      String operation, String query, String detail) {
    assertThat(UnknownQuery.problem(operation(operation), query))
        .hasValueSatisfying(problem -> assertThat(problem).hasMessageContaining(detail));
  }

  /** Every name that any operation reads, at every operation that does not read it in its query. */
  @Test
  void a_parameter_of_another_operation_or_place_is_refused_by_its_name() {
    Set<String> names =
        CONTRACT.operations().stream()
            .flatMap(operation -> operation.parameters().stream())
            .map(parameter -> parameter.isMap() ? parameter.name() + ".x" : parameter.name())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(names).hasSizeGreaterThan(40);

    for (Contract.Operation operation : CONTRACT.operations()) {
      List<Parameter> own = operation.of(Place.QUERY);
      for (String name : names) {
        boolean isOwn = own.stream().anyMatch(parameter -> parameter.isNamed(name));
        assertThat(UnknownQuery.problem(operation, name + "=1").map(Problem::getMessage))
            .as("%s of %s", name, operation.id())
            .satisfies(
                refusal ->
                    assertThat(
                            refusal
                                .filter(it -> it.startsWith("There is no query parameter " + name))
                                .isPresent())
                        .isNotEqualTo(isOwn));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "submitWorkflow, respond=binary",
    "listJobs, status=failed&limit=3&metadata.order=1&metadata.a.b=2",
    "getOutput, expires=1&signature=x",
    "getJob, ''"
  })
  void parameters_of_the_contract_are_taken(String operation, String query) {
    assertThat(UnknownQuery.problem(operation(operation), query)).isEmpty();
  }

  @Test
  void a_query_that_cannot_be_decoded_is_said_so() {
    assertThatThrownBy(() -> UnknownQuery.problem(operation("getJob"), "%zz=1"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("hexadecimal");
  }
}
