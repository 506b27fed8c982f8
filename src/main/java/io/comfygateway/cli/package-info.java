/**
 * The command line: {@code gateway} and its subcommands. The way in is {@link Gateway}. It may know
 * every package of the service.
 */
@NullMarked
package io.comfygateway.cli;

import org.jspecify.annotations.NullMarked;
