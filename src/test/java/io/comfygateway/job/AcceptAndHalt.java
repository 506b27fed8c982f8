package io.comfygateway.job;

import io.comfygateway.SettableClock;
import io.comfygateway.database.Database;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** A gateway that dies right after it has accepted its last job. */
public final class AcceptAndHalt {
  private AcceptAndHalt() {}

  /**
   * Prints the id of each job as soon as it is accepted.
   *
   * @param args the data folder, and how many jobs
   */
  public static void main(String[] args) {
    Database database =
        new Database(
            new Database.Address(
                Optional.empty(), Optional.empty(), Optional.empty(), Path.of(args[0])),
            4);
    Jobs jobs = TestJobs.in(database, new SettableClock());
    for (int n = 0; n < Integer.parseInt(args[1]); n++) {
      UUID id = jobs.queue().accept(Draft.full("me").key("key-" + n, "a").build(), () -> {}).id();
      System.out.println(id);
    }
    System.out.flush();
    Runtime.getRuntime().halt(137);
  }
}
