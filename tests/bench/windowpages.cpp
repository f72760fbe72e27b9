// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/windowfigures.h"
#include "tests/bench/windowsession.h"
#include "tests/fixtures/testsupport.h"
#include "ui/window/pagearea.h"

#include <QJsonArray>

namespace normscope::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int quiet = 500; // ms; pages refresh by timers well below this
constexpr int restingPage = 4; // where the first visits start from: it shows no predictions
constexpr int otherPage = 1;

struct Visits {
    std::vector<double> first;
    std::vector<double> later;
};

double visit(WindowSession& session, int page)
{
    PageArea& pages = *session.window.pages();
    const double time = timeToPaint(*pages.page(page), [&] { pages.showPage(page); });
    settle(session.provider, quiet);
    return time;
}

/// A window of its own, which has seen nothing yet but the page it opens with.
void visitAll(const QString& store, const std::shared_ptr<DatasetCache>& cache, std::vector<Visits>& visits)
{
    for (int page = 0; page < int(visits.size()); ++page) {
        WindowSession session(store, cache);
        PageArea& pages = *session.window.pages();
        pages.showPage(page == restingPage ? otherPage : restingPage);
        session.window.show();
        settle(session.provider, quiet);
        visits[std::size_t(page)].first.push_back(visit(session, page));
        visit(session, page == restingPage ? otherPage : restingPage);
        visits[std::size_t(page)].later.push_back(visit(session, page));
    }
}

} // namespace

QJsonObject measurePages(const Options& options)
{
    const QTemporaryDir folder;
    const auto cache = std::make_shared<DatasetCache>();
    const auto dataset = loadOrDie(*cache, options.data);
    const RunStore store = *RunStore::open(folder.path().toStdString());
    constexpr Normalization kinds[] = {Normalization::Batch, Normalization::Group, Normalization::Layer};
    for (unsigned i = 0; i < 3; ++i) {
        RunSpec spec;
        spec.data = dataset->spec;
        spec.normalization = kinds[i];
        testing::writeFinishedRun(store, *dataset, spec, 0.7, int(i), i + 1);
    }
    constexpr int pageCount = 6;
    std::vector<Visits> visits(pageCount);
    for (int i = 0; i < options.repeats; ++i)
        visitAll(folder.path(), cache, visits);

    QJsonArray pages;
    const WindowSession names(folder.path(), cache);
    for (int page = 0; page < pageCount; ++page) {
        const Visits& times = visits[std::size_t(page)];
        pages.append(QJsonObject{{u"page"_s, names.window.pages()->title(page)},
                                 {u"first_visit"_s, summary(times.first)},
                                 {u"later_visit"_s, summary(times.later)}});
    }
    return {{u"pages"_s, pages},
            {u"test_images"_s, int(dataset->test.size())},
            {u"how"_s, u"from the tab's change to the end of the event loop's pass in which the page was painted; three runs "
                       "checked, the images in memory, each first visit in a new window"_s}};
}

} // namespace normscope::bench
