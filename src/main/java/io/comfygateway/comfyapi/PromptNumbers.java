package io.comfygateway.comfyapi;

import io.comfygateway.database.SqlFile;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The numbers of the prompts of each caller, counted from 0, which order its queue. */
record PromptNumbers(JdbcClient jdbc, SqlFile sql) {

  /**
   * Makes sure that {@link #next} has a row to count in. Call it outside a transaction, since two
   * first prompts may insert the row at the same time, and one of them fails.
   */
  void prepare(String owner) {
    if (jdbc.sql(sql.get("taken-number"))
        .param("owner", owner)
        .query(Long.class)
        .optional()
        .isEmpty()) {
      try {
        jdbc.sql(sql.get("first-number")).param("owner", owner).update();
      } catch (DuplicateKeyException added) {
        // Another prompt of the caller has inserted it.
      }
    }
  }

  /**
   * Takes the caller's next number, from 0. Call it inside the transaction that stores the prompt,
   * after {@link #prepare}.
   */
  long next(String owner) {
    jdbc.sql(sql.get("take-number")).param("owner", owner).update();
    return jdbc.sql(sql.get("taken-number")).param("owner", owner).query(Long.class).single();
  }
}
