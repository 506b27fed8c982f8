/**
 * Clocks that are set back: pauses that get no longer by it ({@link SteadyClock}), and the times in
 * the database that have to be corrected ({@link ClockSteps}). It knows no other package.
 */
@NullMarked
package io.comfygateway.clock;

import org.jspecify.annotations.NullMarked;
