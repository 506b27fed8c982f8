package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Set;

/**
 * Who sent the request. Jobs belong to the name, so that a key can be replaced by another one of
 * the same name.
 *
 * @param name the name of the key that was used
 * @param scopes what it may do
 */
public record Caller(String name, Set<Scope> scopes) {
  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** Whether the caller has the scope, itself or by being an admin. */
  public boolean may(Scope scope) {
    return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
  }

  /**
   * @throws Problem {@link ProblemType#FORBIDDEN} where the caller lacks the scope
   */
  public void require(Scope scope) {
    if (!may(scope)) {
      throw new Problem(
          ProblemType.FORBIDDEN,
          "The key \"%s\" lacks the scope \"%s\", which this request needs. Use a key that has it."
              .formatted(name, scope.word()));
    }
  }
}
