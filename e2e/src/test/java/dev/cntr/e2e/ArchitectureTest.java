package dev.cntr.e2e;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of docs/architecture.md, held against the code. */
@AnalyzeClasses(packages = "dev.cntr", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule dependenciesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("linux")
            .definedBy("dev.cntr.linux..")
            .layer("fuse")
            .definedBy("dev.cntr.fuse..")
            .layer("oci")
            .definedBy("dev.cntr.oci..")
            .layer("engine")
            .definedBy("dev.cntr.engine..")
            .layer("image")
            .definedBy("dev.cntr.image..")
            .layer("attach")
            .definedBy("dev.cntr.attach..")
            .layer("cli")
            .definedBy("dev.cntr.cli..")
            .layer("agent")
            .definedBy("dev.cntr.agent..")
            .layer("relay")
            .definedBy("dev.cntr.relay..")
            .layer("api")
            .definedBy("dev.cntr.api..")
            .layer("protocol")
            .definedBy("dev.cntr.protocol..")
            .layer("operator")
            .definedBy("dev.cntr.operator..")
            .layer("kubectl")
            .definedBy("dev.cntr.kubectl..")
            .whereLayer("kubectl")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("operator")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("agent")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("relay")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("attach")
            .mayOnlyBeAccessedByLayers("cli", "agent")
            .whereLayer("image")
            .mayOnlyBeAccessedByLayers("attach", "cli", "agent")
            .whereLayer("engine")
            .mayOnlyBeAccessedByLayers("image", "attach", "cli", "agent")
            .whereLayer("oci")
            .mayOnlyBeAccessedByLayers("attach", "cli", "agent")
            .whereLayer("fuse")
            .mayOnlyBeAccessedByLayers("attach", "cli", "agent")
            .whereLayer("linux")
            .mayOnlyBeAccessedByLayers("fuse", "oci", "engine", "image", "attach", "cli", "agent", "relay")
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("operator", "agent", "kubectl")
            .whereLayer("protocol")
            .mayOnlyBeAccessedByLayers("agent", "cli", "kubectl", "operator");

    @ArchTest
    static final ArchRule noPackageCycles =
            slices().matching("dev.cntr.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheKernelLayerAndThePluginsTerminalUseNativeCode = noClasses()
            .that()
            .resideOutsideOfPackages("dev.cntr.linux..", "dev.cntr.kubectl.terminal..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.lang.foreign.."));

    @ArchTest
    static final ArchRule kubernetesIsKnownToFourModules = noClasses()
            .that()
            .resideOutsideOfPackages("dev.cntr.api..", "dev.cntr.operator..", "dev.cntr.agent..", "dev.cntr.kubectl..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk.."));

    @ArchTest
    static final ArchRule grpcIsTheContainerEnginesLanguage = noClasses()
            .that()
            .resideOutsideOfPackages("dev.cntr.engine.cri..", "dev.cntr.engine.containerd..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.grpc..", "com.google.protobuf.."));

    @ArchTest
    static final ArchRule commandLinesAreParsedInCommandLinePrograms = noClasses()
            .that()
            .resideOutsideOfPackages("dev.cntr.cli..", "dev.cntr.kubectl..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("picocli.."));

    @ArchTest
    static final ArchRule loggingIsSetUpInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackages("dev.cntr.logging..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("ch.qos.logback.."));

    @ArchTest
    static final ArchRule jnrStaysInItsBackend = noClasses()
            .that()
            .resideOutsideOfPackages("dev.cntr.fuse.jnr..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("jnr..", "ru.serce.."));

    @ArchTest
    static final ArchRule namesSayWhatAThingIs = classes()
            .that()
            .resideInAPackage("dev.cntr..")
            .should()
            .haveNameNotMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)$");
}
