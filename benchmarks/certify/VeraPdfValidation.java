import java.io.File;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

/**
 * Runs the veraPDF library over files and prints one line for each: file, tab, number of
 * failed assertions, tab, failed rules with their counts.
 *
 * Usage: java -cp JAR VeraPdfValidation.java ua1|3a|... FILE...
 */
class VeraPdfValidation {
    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        LogManager.getLogManager().getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
        ValidationProfile profile;
        String family = arguments[0].startsWith("ua") ? "PDFUA-" : "PDFA-";
        String resource = "/org/verapdf/pdfa/validation/" + family + arguments[0].replace("ua", "").toUpperCase() + ".xml";
        try (InputStream definition = PDFAValidator.class.getResourceAsStream(resource)) {
            profile = Profiles.profileFromXml(definition);
        }
        for (int index = 1; index < arguments.length; index++) {
            String name = arguments[index];
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(name), flavour);
                    PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false)) {
                ValidationResult result = validator.validate(parser);
                Map<String, Integer> failures = new TreeMap<>();
                for (TestAssertion assertion : result.getTestAssertions()) {
                    if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                        String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber()
                                + " " + assertion.getMessage().replaceAll("\\s+", " ");
                        failures.merge(rule, 1, Integer::sum);
                    }
                }
                int total = failures.values().stream().mapToInt(Integer::intValue).sum();
                System.out.println(name + "\t" + (result.isCompliant() ? 0 : Math.max(1, total)) + "\t" + failures);
            } catch (Exception error) {
                System.out.println(name + "\t-1\t" + error.getClass().getSimpleName());
            }
        }
    }
}
