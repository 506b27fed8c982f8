package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The authenticated sender of a request. Jobs belong to the name, so a key can be replaced by
 * another key of the same name.
 *
 * @param name the name of the key; for callers authenticated by another service, with the kind of
 *     credentials as a prefix, such as {@code jwt:alice}, so that it cannot be the name of a key
 * @param scopes what the caller may do
 * @param restrictions where, when and how often it may do that
 */
public record Caller(String name, Set<Scope> scopes, KeyRestrictions restrictions) {
  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** A caller without restrictions. */
  public Caller(String name, Set<Scope> scopes) {
    this(name, scopes, KeyRestrictions.NONE);
  }

  /** Whether it may run a workflow of the library; the name may include a version. */
  public boolean mayRun(String workflow) {
    return restrictions.allowWorkflow(workflow);
  }

  /** Whether the caller has the scope, or the scope admin, which includes all but url. */
  public boolean may(Scope scope) {
    return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
  }

  /**
   * Requires one of several scopes.
   *
   * @throws Problem {@link ProblemType#FORBIDDEN} if the caller has none of them
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
