"""Addresses of the city's site and of the editor's desk."""

from django.urls import path

from upkeep.web.site import columns, communities, desk, fund, guides, proving, self_service, status

app_name = "site"
urlpatterns = [
    path("c/<slug:city>/list/<slug:column>/", columns.column_page, name="column"),
    path("c/<slug:city>/search/", columns.search, name="search"),
    path("c/<slug:city>/articles/<str:number>/", columns.article, name="article"),
    path("c/<slug:city>/articles/<str:number>/files/<int:place>/", columns.article_file, name="file"),
    path("c/<slug:city>/guides/<slug:code>/", guides.guide, name="guide"),
    path("c/<slug:city>/guides/<slug:code>/templates/<slug:part>/", guides.template, name="template"),
    path("c/<slug:city>/self-service/", self_service.self_service, name="self_service"),
    path("c/<slug:city>/self-service/house/", self_service.house_page, name="house"),
    path("c/<slug:city>/self-service/house/<slug:act>/", self_service.begin, name="begin"),
    path("c/<slug:city>/self-service/proof/<slug:act>/", proving.prove, name="prove"),
    path("c/<slug:city>/self-service/unregistered/", self_service.unregistered, name="unregistered"),
    path(
        "c/<slug:city>/self-service/unregistered/<str:number>/",
        self_service.begin_unregistered,
        name="begin_unregistered",
    ),
    path("c/<slug:city>/communities/", communities.communities, name="communities"),
    path("c/<slug:city>/communities/<str:number>/", communities.community, name="community"),
    path("c/<slug:city>/status/", status.status_page, name="status"),
    path("c/<slug:city>/fund/", fund.fund_page, name="fund"),
    path("c/<slug:city>/offices/", columns.offices, name="offices"),
    path("c/<slug:city>/map/", columns.site_map, name="map"),
    path("office/articles/", desk.articles, name="desk"),
    path("office/articles/new/", desk.new, name="new"),
    path("office/articles/<str:number>/", desk.show, name="show"),
    path("office/articles/<str:number>/edit/", desk.edit, name="edit"),
    path("office/articles/<str:number>/versions/<int:version>/", desk.preview, name="preview"),
    path("office/articles/<str:number>/files/<int:place>/", desk.file, name="desk_file"),
    path("office/articles/<str:number>/publish/", desk.publish, name="publish"),
    path("office/articles/<str:number>/withdraw/", desk.withdraw, name="withdraw"),
]
