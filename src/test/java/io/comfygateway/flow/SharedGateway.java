package io.comfygateway.flow;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * For a test class that needs no settings of its own: it gets, as parameters, the {@link
 * TestGateway} and the {@link Comfy} that all such classes of this JVM share. Starting one takes
 * longer than most tests.
 *
 * <p>Each class calls with a key of its own, so it sees no jobs of another one. After each test the
 * ComfyUI works again, and the next test begins when all jobs have ended.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedGatewayExtension.class)
@interface SharedGateway {}
