package io.comfygateway.cli;

/**
 * A subcommand that is not part of the service, such as the demo. It exists if its jar is on the
 * class path ({@link java.util.ServiceLoader}).
 */
public interface ExtraCommand {}
