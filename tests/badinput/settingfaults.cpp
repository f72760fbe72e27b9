// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/badinput/settingfaults.h"

#include "model/training/numbers.h"

namespace normscope::testing {

namespace {

const QString rateRange = QStringLiteral("Learning rate must be a number from 0 to 100, for example 0.01, not %1.");
const QString comma = QStringLiteral("\"%1\" has a comma, which could mean a decimal point or thousands. Write %2, or leave the comma out.");
const QString empty = QStringLiteral("The value is empty: write a number.");
const QString notReal = QStringLiteral("\"%1\" is not a number. Write it like 0.01 or 1e-3.");
const QString notWhole = QStringLiteral("\"%1\" is not a whole number. Write it like 20.");
constexpr bool unreadable = true;

class Faults {
public:
    SettingFault& add(const QByteArray& row, const QByteArray& option, const QString& text, const QString& message, bool isUnreadable = false)
    {
        SettingFault fault;
        fault.row = row + ": " + option + " " + (text.isEmpty() ? "nothing" : text.toUtf8());
        fault.option = option;
        fault.text = text;
        fault.message = message;
        fault.isUnreadable = isUnreadable;
        all.push_back(fault);
        return all.back();
    }
    std::vector<SettingFault> all;
};

void addRates(Faults& faults)
{
    const QByteArray row = "learning rate 0, negative, infinite, \"1,5\", empty";
    const auto add = [&](const QString& text, const QString& message, bool isUnreadable = false) -> SettingFault& {
        return faults.add(row, "lr", text, message, isUnreadable);
    };
    add(QStringLiteral("0"), QStringLiteral("With learning rate 0 the weights never change.")).isWarning = true;
    for (const char* text : {"-0.1", "inf", "-inf", "nan", "101"})
        add(QString::fromLatin1(text), rateRange.arg(QLatin1String(text)));
    add(QStringLiteral("1,5"), comma.arg(QStringLiteral("1,5"), QStringLiteral("1.5")), unreadable);
    add({}, empty, unreadable);
    add(QStringLiteral("0x10"), notReal.arg(QStringLiteral("0x10")), unreadable);
    add(QStringLiteral("0.1.2"), notReal.arg(QStringLiteral("0.1.2")), unreadable);
    add(QStringLiteral("<b>fast</b>"), notReal.arg(QStringLiteral("<b>fast</b>")), unreadable);
    add(QStringLiteral("1e999"), QStringLiteral("\"1e999\" is too large or too small for a number here. Write it like 0.01 or 1e-3."), unreadable);
    faults.add(row, "momentum", QStringLiteral("1"), QStringLiteral("Momentum must be at least 0 and below 1, for example 0.9, not 1."));
    faults.add(row, "momentum", QStringLiteral("0,9"), comma.arg(QStringLiteral("0,9"), QStringLiteral("0.9")), unreadable);
    faults.add(row, "gamma", QStringLiteral("0"), QStringLiteral("StepLR factor must be above 0 and at most 1, for example 0.1, not 0."));
    faults.add(row, "dropout", QStringLiteral("1"), QStringLiteral("Dropout must be at least 0 and below 1, for example 0.02, not 1."));
    faults.add(row, "augment", QStringLiteral("1.5"), QStringLiteral("Augmentation probability must be from 0 to 1, for example 0.25, not 1.5."));
}

void addRanges(Faults& faults)
{
    const QByteArray row = "batch larger than the data set, epochs 0 or huge, seed out of range";
    const auto add = [&](const char* option, const char* text, const QString& message, bool isUnreadable = false) {
        faults.add(row, option, QString::fromLatin1(text), message, isUnreadable);
    };
    const QString epochs = QStringLiteral("Epochs must be from 1 to 1000, not %1.");
    add("epochs", "0", epochs.arg(0));
    add("epochs", "1001", epochs.arg(1001));
    add("epochs", "-1", epochs.arg(-1));
    add("epochs", "99999999999", epochs.arg(QStringLiteral("2147483647 or more")));
    add("epochs", "2.5", notWhole.arg(QStringLiteral("2.5")), unreadable);
    add("epochs", "", empty, unreadable);
    const QString seed = QStringLiteral("\"%1\" is %2: write a whole number from 0 to 18446744073709551615.");
    add("seed", "-1", seed.arg(QStringLiteral("-1"), QStringLiteral("negative")), unreadable);
    add("seed", "18446744073709551616", seed.arg(QStringLiteral("18446744073709551616"), QStringLiteral("too large")), unreadable);
    add("seed", "1e3", notWhole.arg(QStringLiteral("1e3")), unreadable);
    add("seed", "", empty, unreadable);
    add("batch-size", "81", QStringLiteral("Batch size 81 is larger than the 80 training images; choose at most 80."));
    add("batch-size", "0", QStringLiteral("Batch size must be from 1 to 8192, not 0."));
    add("batch-size", "8193", QStringLiteral("Batch size must be from 1 to 8192, not 8193."));
    add("batch-size", "1,000", comma.arg(QStringLiteral("1,000"), QStringLiteral("1.000")), unreadable);
    add("limit-train", "81", QStringLiteral("The data set has only 80 training images; the limit asks for 81. Choose at most 80, or 0 for all."));
    add("step-size", "0", QStringLiteral("StepLR step must be from 1 to 1000 epochs, not 0."));
    add("threads", "5000", QStringLiteral("Threads must be from 0 (as many as cores) to 1024, not 5000."));
}

void addBatches(Faults& faults)
{
    const QByteArray row = "batch 1 with batch norm, last partial batch of 1";
    const auto warn = [&](const char* text, const char* message) {
        faults.add(row, "batch-size", QString::fromLatin1(text), QString::fromUtf8(message)).isWarning = true;
    };
    warn("1", "Batch norm with a batch of 1 takes its statistics over the pixels of one image alone: in training it becomes instance norm, while "
              "testing uses running averages. Expect poor test accuracy.");
    warn("79", "The last batch of every epoch has a single image, so batch norm takes its statistics from that image alone. Another batch size "
               "avoids that.");
}

void addGroups(Faults& faults)
{
    const QByteArray row = "groups that do not divide the channels (16 and 32)";
    const QString divide = QStringLiteral("Groups must divide the network's channel counts, 16 and 32: choose one of 1, 2, 4, 8, 16, not %1.");
    const auto add = [&](const char* text, const QString& message, bool isUnreadable = false) {
        SettingFault& fault = faults.add(row, "groups", QString::fromLatin1(text), message, isUnreadable);
        fault.norm = "group";
        fault.isOffered = false; // the window offers the divisors only
    };
    for (const char* text : {"0", "3", "32", "-4"})
        add(text, divide.arg(QLatin1String(text)));
    add("four", notWhole.arg(QStringLiteral("four")), unreadable);
}

template <auto Member>
QString read(const SettingFault& fault, RunSpec& spec)
{
    const auto number = parseNumber<std::remove_reference_t<decltype(spec.*Member)>>(fault.text.toStdString());
    if (!number)
        return QString::fromStdString(number.error().message);
    spec.*Member = *number;
    return {};
}

} // namespace

std::vector<SettingFault> settingFaults()
{
    Faults faults;
    addRates(faults);
    addRanges(faults);
    addBatches(faults);
    addGroups(faults);
    return faults.all;
}

QString saidOf(const SettingFault& fault)
{
    using Read = QString (*)(const SettingFault&, RunSpec&);
    constexpr std::pair<const char*, Read> reads[] = {
        {"lr", read<&RunSpec::learningRate>},      {"momentum", read<&RunSpec::momentum>},  {"gamma", read<&RunSpec::gamma>},
        {"dropout", read<&RunSpec::dropout>},      {"augment", read<&RunSpec::augment>},    {"epochs", read<&RunSpec::epochs>},
        {"seed", read<&RunSpec::seed>},            {"batch-size", read<&RunSpec::batchSize>}, {"limit-train", read<&RunSpec::limitTrain>},
        {"step-size", read<&RunSpec::stepSize>},   {"threads", read<&RunSpec::threads>},    {"groups", read<&RunSpec::groups>}};
    RunSpec spec;
    spec.normalization = parseNormalization(fault.norm.toStdString()).value();
    for (const auto& [option, field] : reads)
        if (fault.option == option)
            if (const QString why = field(fault, spec); !why.isEmpty())
                return why;
    for (const auto& issue : validate(spec, trainImagesOfSettings))
        if (QByteArray::fromStdString(issue.field) == fault.option && issue.isError != fault.isWarning)
            return QString::fromStdString(issue.message);
    return {};
}

} // namespace normscope::testing
