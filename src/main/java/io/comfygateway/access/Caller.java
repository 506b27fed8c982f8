package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who sent the request. Jobs belong to the name, so that a key can be replaced by another one of
 * the same name.
 *
 * @param name the name of the key that was used; for those whom another service vouches for, with
 *     the way they came in before it, such as {@code jwt:alice}, so that no such name is a key's
 * @param scopes what it may do
 * @param bounds within which bounds
 */
public record Caller(String name, Set<Scope> scopes, KeyRestrictions bounds) {
  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** A caller without bounds. */
  public Caller(String name, Set<Scope> scopes) {
    this(name, scopes, KeyRestrictions.NONE);
  }

  /** Whether it may run a workflow of the library; the name may have a version. */
  public boolean mayRun(String workflow) {
    return bounds.allowWorkflow(workflow);
  }

  /** Whether the caller has the scope, itself or by being an admin. */
  public boolean may(Scope scope) {
    return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
  }

  /**
   * Demands one of several scopes.
   *
   * @throws Problem {@link ProblemType#FORBIDDEN} where the caller lacks all of them
   */
  public void require(Set<Scope> anyOf) {
    if (anyOf.stream().noneMatch(this::may)) {
      String words =
          anyOf.stream()
              .map(scope -> "\"" + scope.word() + "\"")
              .sorted()
              .collect(Collectors.joining(" or "));
      throw new Problem(
          ProblemType.FORBIDDEN,
          "The key \"%s\" lacks the scope %s, which this request needs. Use a key that has it."
              .formatted(name, words));
    }
  }
}
