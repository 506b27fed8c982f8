package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerTest {
  @Test
  void a_missing_scope_is_named() {
    Caller caller = new Caller("n8n", Set.of(Scope.RUN));

    Problem problem = catchThrowableOfType(Problem.class, () -> caller.require(Set.of(Scope.RAW)));

    assertThat(problem.type()).isEqualTo(ProblemType.FORBIDDEN);
    assertThat(problem).hasMessageContaining("\"raw\"").hasMessageContaining("n8n");
  }

  @Test
  void a_scope_allows_itself_and_admin_allows_everything() {
    assertThatCode(() -> new Caller("a", Set.of(Scope.RAW)).require(Set.of(Scope.RAW)))
        .doesNotThrowAnyException();
    for (Scope scope : Scope.values()) {
      assertThatCode(() -> new Caller("a", Set.of(Scope.ADMIN)).require(Set.of(scope)))
          .doesNotThrowAnyException();
    }
  }
}
